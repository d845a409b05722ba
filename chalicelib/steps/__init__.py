"""流程步骤 · The steps of the two state machines: one module each, one function per state."""
