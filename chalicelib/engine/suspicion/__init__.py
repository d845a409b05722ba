"""Suspicions (疑点): from a finding to the end of a payment, and the way back."""
