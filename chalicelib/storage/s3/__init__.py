"""What is kept in S3 (对象存储): files, the evidence lake, rule books."""
