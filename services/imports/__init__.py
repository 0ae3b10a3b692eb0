"""Reading what towns send: file → raw cells → form → plan → apply."""
