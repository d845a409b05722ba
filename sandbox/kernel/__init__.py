"""The whole platform in one process: AWS as moto plays it, the project's functions, a jumping clock.

    with Sandbox(start=date(2026, 1, 1)) as sandbox:
        sandbox.client("s3").put_object(Bucket=sandbox.names["InboxBucket"], Key=..., Body=...)
        sandbox.run_until_quiet()
        sandbox.advance(days=30)

Read in this order: `kernel` (what is started, and the driver's loop), `clock` and `execution_threads` (why a
year takes seconds and comes out the same every time), `resolver` (how the template becomes resources),
`repairs` (where moto differs from AWS).
"""

from sandbox.kernel.kernel import RunawayError, Sandbox

__all__ = ["RunawayError", "Sandbox"]
