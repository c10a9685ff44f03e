"""Recordings of real exports, what was truly billed for them, and how SpanLedger's figures compare with that."""
