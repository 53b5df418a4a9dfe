"""Over TLS, the connection goes to the checked address and the certificate is still asked for the name."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ingest.refresh.failures import FetchError, Reason
from ingest.refresh.fetch import Client
from ingest.settings import IngestSettings
from tests.ingest.refresh.conftest import resolve
from tests.ingest.refresh.site import page


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """For ``securise.example``, signed by itself; the key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "securise.example")])
    now = datetime.now()
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("securise.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificat.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
async def port(certificate: Path) -> AsyncIterator[int]:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=page(), content_type="text/html")

    app = web.Application()
    app.router.add_get("/page", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def outcome(settings: IngestSettings, port: int, host: str) -> int | Reason:
    async with Client(settings.model_copy(update={"refresh_ports": [port]}), resolve) as client:
        try:
            return (await client.get(f"https://{host}:{port}/page", 2, 100_000)).status
        except FetchError as error:
            return error.reason


async def test_a_certificate_is_checked_against_the_name_asked_for(
    settings: IngestSettings, port: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await outcome(settings, port, "securise.example") is Reason.UNREACHABLE, "nobody we trust signed it"
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(httpx, "create_ssl_context", lambda **options: trusting)
    assert await outcome(settings, port, "securise.example") == 200
    assert await outcome(settings, port, "autre.example") is Reason.UNREACHABLE, "it is not for this name"
