"""Publication over a workspace: what is due is made, attacked and brought out, and former releases go."""
