"""The LoRA library of each server: named entries, found while they are typed, and what an order takes of them."""
