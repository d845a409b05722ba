"""What is kept in DynamoDB (业务表): people, files, work lists, audit, outbox."""
