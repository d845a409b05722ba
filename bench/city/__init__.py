"""一座城 · `make city`: what a city of 1.36 million asks of AWS, measured with the project's own code.

assumptions   milliseconds of calls, limits, prices: whatever is not measured
capacity      capacity units of DynamoDB's calls
counting      calls, units and bytes, by function
"""
