"""The OpenAPI document: what every operation may answer, and the document made of it."""
