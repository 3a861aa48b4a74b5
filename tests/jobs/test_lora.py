"""Where LoRA weights may come from."""

import pytest

from jobs.lora import is_public_https_url, is_repository


@pytest.mark.parametrize(
    "source",
    [
        "https://example.com/a.safetensors",
        "https://huggingface.co/o/r/resolve/main/x.safetensors?download=true",
        "https://civitai.com:443/api/download/models/1",
        "https://bücher.example/x",
        "HTTPS://EXAMPLE.COM/X",
    ],
)
def test_public_https_links_are_taken(source: str) -> None:
    assert is_public_https_url(source)


@pytest.mark.parametrize(
    "source",
    [
        "", "http://example.com/x", "ftp://example.com/x", "https://", "https:///x", "example.com/x",
        "https://localhost/x", "https://a.localhost/x", "https://nas.local/x", "https://db.internal/x",
        "https://intranet/x", "https://127.0.0.1/x", "https://10.0.0.1/x", "https://192.168.1.1/x", "https://8.8.8.8/x",
        "https://[::1]/x", "https://[fe80::1]/x", "https://[::ffff:127.0.0.1]/x", "https://2130706433/x",
        "https://0x7f000001/x", "https://127.1/x", "https://user:pass@example.com/x", "https://example.com@10.0.0.1/x",
        "https://example.com/a b", "https://example.com\\@10.0.0.1/x", "https://example.com/\n", "https://exa_mple.com/x",
        "https://example.com:port/x", "https://localhost./x", "https://" + "a" * 2050 + ".com", "file:///etc/passwd",
        "data:text/plain,x", "https://[::1/x",
    ],
)  # fmt: skip
def test_private_local_and_odd_addresses_are_refused(source: str) -> None:
    assert not is_public_https_url(source)


@pytest.mark.parametrize("source", ["owner/repo", "XLabs-AI/flux-RealismLora", "a/b.c_d-e", "1/2"])
def test_repositories_are_known(source: str) -> None:
    assert is_repository(source)


@pytest.mark.parametrize(
    "source",
    ["owner", "/repo", "owner/", "a/b/c", "../x", "a/..", ".a/b", "a b/c", "https://x/y", "a/b?c", "a" * 97 + "/b"],
)
def test_other_texts_are_no_repositories(source: str) -> None:
    assert not is_repository(source)
