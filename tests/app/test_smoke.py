import time


def test_the_shipped_record_is_served(client):
    """Once it is ready: on PostgreSQL, whoever asks first may be put off (503)."""
    end = time.monotonic() + 20
    while client.get("/health/ready").status_code == 503 and time.monotonic() < end:
        time.sleep(0.2)
    assert client.get("/v1").json()["data"]["counts"]["events"] > 100
