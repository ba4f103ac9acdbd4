def test_the_shipped_record_is_served(client):
    assert client.get("/v1").json()["data"]["counts"]["events"] > 100
