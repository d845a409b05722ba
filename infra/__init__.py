"""What a deployment is made of, and how the package is built."""
