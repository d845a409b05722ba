"""Money (金额): what is due, arrears, and benefits drawn twice."""
