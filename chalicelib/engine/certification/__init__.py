"""What certifies a person (认证): facts, weights, contradictions, findings, and the decision."""
