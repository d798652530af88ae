"""Ad-hoc pooling: from the warehouse or from a user's own numbers to pooled answers, one per design class.

`own_numbers` reads what a user brings, `members` what the warehouse holds (synth.pool_member), `answer` pools either.
"""
