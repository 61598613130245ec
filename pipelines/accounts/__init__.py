"""The dashboard's accounts: who may sign in, their passwords, sessions and tokens, and what they did.

They stand under a keyring of their own, so that the process that serves partners can open nothing else of the home.
"""
