"""The doors: who may send, what a request may be, and what is answered."""
