"""The byte proof: every file read raw and in every decoded form, and looked through for what was destroyed."""
