"""部门数据 · What departments send: bytes of a dropped file in, records and rejections out.

Pure: no AWS, no clock, no environment. Start reading at `reading.read_file`.
"""
