"""`/lora`: a server's library of LoRAs, added, looked through, approved, carried elsewhere."""
