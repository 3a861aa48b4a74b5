"""The image APIs: pure build and parse beside a thin httpx client."""
