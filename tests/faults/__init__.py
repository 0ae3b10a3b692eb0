"""Fault proofs: killed processes, failing calls, full disks, damaged files."""
