"""Rehearsals (试算): what another rule book would change, and what each feed is worth."""
