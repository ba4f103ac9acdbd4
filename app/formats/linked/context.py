"""The JSON-LD context: which property of which vocabulary every key of `.jsonld` is.

Events, claims and sources are schema.org's, citations Web Annotations (W3C), dates as the record has them EDTF of the
Library of Congress. What none of them has is a term of our own, named and meant as in the API. These terms have one
name in every installation, so that what two desks publish can be joined: a UUID, which nobody has to register.
"""

from typing import Any

SCHEMA = "http://schema.org/"
"""As schema.org's own context has it, so that triples meet those of others."""
OWN = "urn:uuid:6d33c2f1-aa13-590e-81c9-28528955815b#"

PREFIXES = {
    "schema": SCHEMA,
    "oa": "http://www.w3.org/ns/oa#",
    "dcterms": "http://purl.org/dc/terms/",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dateline": OWN,
}
SCHEMA_TYPES = (
    "Claim", "CorrectionComment", "Country", "CreativeWork", "Dataset", "Event", "GeoCoordinates",
    "GovernmentOrganization", "NewsArticle", "NewsMediaOrganization", "Organization", "Person", "Place",
    "PostalAddress", "PropertyValue", "Report", "Role", "SocialMediaPosting", "Thing",
)  # fmt: skip
ANNOTATION_TYPES = (
    "Annotation", "RangeSelector", "SpecificResource", "TextPositionSelector", "TextQuoteSelector", "TimeState",
)  # fmt: skip
SCHEMA_PROPERTIES = (
    "about", "additionalType", "address", "addressCountry", "appearance", "author", "citation", "correction",
    "creditText", "description", "geo", "identifier", "inLanguage", "isBasedOn", "keywords", "license",
    "location", "maxValue", "minValue", "name", "propertyID", "publisher", "roleName", "sha256",
    "subjectOf", "superEvent", "text", "unitText", "value",
)  # fmt: skip
OWN_TERMS = {
    "asserted_by": "A citation that asserts the value of a claim.",
    "attributed_to": "Who is quoted or credited in the passage.",
    "best": "The best estimate of what was counted.",
    "date_basis": "How the date follows from the sources.",
    "derived_from": "What a source was built from; the role says how: a code of the `lineage` list.",
    "disputed": "Whether a citation asserts another value, or disputes the event.",
    "evidence": "What the citations that support the event come to.",
    "field": "The field of the event that the value of a claim is asserted for.",
    "independent_origins": "Distinct origins of what supports the event: five copies of one report are one.",
    "involves": "Who or what took part; the role says how: a code of the `role` list.",
    "modality": "Whether it happened, is planned, alleged, denied …: a code of the `modality` list.",
    "origin": "The publisher whose reporting a passage carries, or at a root of a source's lineage.",
    "paraphrase": "Whether a source is a machine-paraphrased text: its wording is not quotable.",
    "precision": "How sharp coordinates are: a code of the `precision` list.",
    "quantity": "What was counted: a code of the `measure` list, and numbers.",
    "rank": "How a claim stands: `preferred`, `normal` or `deprecated`.",
    "redacted": "A property whose value was taken out of every version.",
    "related": "Another event; the role says how this one relates to it: a code of the `relation` list.",
    "relation": "How the value of a claim relates to the event's own: a code of the `claim-relation` list.",
    "revision": "The published state of the data set, or the one that published this version.",
    "sources": "How many sources support the event.",
    "stance": "How a passage bears on the event: a code of the `stance` list.",
    "start_time": "`HH:MM` with the zone in which a source states it.",
    "supports": "A field of the event that the passage backs, besides the occurrence itself.",
    "text_length": "Of the text as captured, in Unicode code points.",
    "text_sha256": "Of the text as captured, in UTF-8.",
    "timing": "How it is known when a source became available: `stated`, `estimated` or `unknown`.",
    "uncited_field": "A field of the event that no citation is said to back.",
    "verification": "Whether the passage was found in the captured text: a code of the `verification` list.",
}
TYPED = {
    "archivedAt": ("schema:archivedAt", "@id"),
    "available_at": ("dcterms:available", "xsd:dateTime"),
    "body": ("oa:hasBody", "@id"),
    "cached": ("oa:cachedSource", "@id"),
    "corrected_edtf": ("dcterms:date", "edtf:EDTF"),
    "dateModified": ("schema:dateModified", "schema:Date"),
    "datePublished": ("schema:datePublished", "schema:Date"),
    "date_edtf": ("dcterms:date", "edtf:EDTF"),
    "end": ("oa:end", "xsd:nonNegativeInteger"),
    "endDate": ("schema:endDate", "schema:Date"),
    "endSelector": ("oa:hasEndSelector", "@id"),
    "eventStatus": ("schema:eventStatus", "@id"),
    "exact": ("oa:exact", None),
    "first_reported_at": (f"{OWN}first_reported_at", "xsd:dateTime"),
    "latitude": ("schema:latitude", "xsd:double"),
    "longitude": ("schema:longitude", "xsd:double"),
    "motivation": ("oa:motivatedBy", "@id"),
    "next": ("hydra:next", "@id"),
    "note": ("skos:note", None),
    "published_edtf": ("dcterms:issued", "edtf:EDTF"),
    "published_not_before": (f"{OWN}published_not_before", "edtf:EDTF"),
    "refinedBy": ("oa:refinedBy", "@id"),
    "selector": ("oa:hasSelector", "@id"),
    "source": ("oa:hasSource", "@id"),
    "start": ("oa:start", "xsd:nonNegativeInteger"),
    "startDate": ("schema:startDate", "schema:Date"),
    "startSelector": ("oa:hasStartSelector", "@id"),
    "state": ("oa:hasState", "@id"),
    "target": ("oa:hasTarget", "@id"),
    "updated_edtf": ("dcterms:modified", "edtf:EDTF"),
    "url": ("schema:url", "@id"),
    "view": ("hydra:view", "@id"),
}


def context() -> dict[str, Any]:
    """Every key is listed: one that is not would be lost without a word."""
    named: dict[str, Any] = {name: f"schema:{name}" for name in (*SCHEMA_TYPES, *SCHEMA_PROPERTIES)}
    named |= {name: f"oa:{name}" for name in ANNOTATION_TYPES}
    named |= {name: f"dateline:{name}" for name in OWN_TERMS}
    typed = {name: {"@id": of, "@type": of_what} if of_what else {"@id": of} for name, (of, of_what) in TYPED.items()}
    return {"@version": 1.1} | PREFIXES | dict(sorted((named | typed).items()))


def document() -> dict[str, Any]:
    """What is served as the context: as a document of its own, it says what the terms of our own mean."""
    terms = [
        {"@id": f"dateline:{name}", "@type": "rdf:Property", "rdfs:label": name, "rdfs:comment": meaning}
        for name, meaning in OWN_TERMS.items()
    ]
    described = {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    }
    return {"@context": context() | described, "@graph": terms}
