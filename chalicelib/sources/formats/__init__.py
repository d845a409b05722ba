"""Formats of files (文件格式): from bytes to rows of cells, as text.

archives       gzip, zip, xlsx or text: judged before anything parses it
encodings      UTF-8, UTF-16, GB 18030; whole lines
csv_quotes, csv_rows   text into quoted rows, lines, cells
csv_writing    what leaves as CSV
xlsx_writing   what leaves as a workbook
xlsx_forms     what is printed, filled in and sent back
json_lines     each line an object
xlsx           workbooks, and their dates
headers        which line is the header, and which column is which
tick_boxes     one column per outcome
non_data_rows  headers again, totals, rows not filled in
"""
