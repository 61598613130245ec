"""Publication: which periods are closed, what of them is shown, one file per partner, and the memory the gate needs.

Pure of orchestration: policy, warehouse file, folders, clock and names are passed in. Only `masking` knows the disclosure
control, and only `gating` the attack.
"""
