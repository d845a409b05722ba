"""流程步骤 · The steps of the two state machines: one module each, one function per state.

certification     statemachines/certification.asl.json: from a case to a certificate, a suspension, and back
suspension_steps  the part of it that touches money
suspicion         statemachines/suspicion.asl.json: from a suspicion to its end by people's word
walking           what all steps share: input, answer, how a wait begins
"""
