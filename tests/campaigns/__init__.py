"""Campaigns: the log's promises under crash, power loss, faults, damage, load and hostile input."""
