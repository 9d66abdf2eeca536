"""How large the largest of many dependent statistics is on a normal day."""
