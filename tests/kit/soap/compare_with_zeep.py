"""Holds requests against the schema of their WSDL, and against what zeep makes of the same values.

The WSDL is the argument; on standard input comes a list of {"operation", "value", "request"}. Prints what is wrong, and how many
requests were compared.
"""

import base64
import json
import sys
from xml.etree.ElementTree import canonicalize

import zeep
from lxml import etree

SCHEMA = "{http://www.w3.org/2001/XMLSchema}schema"
BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"


def for_zeep(value, name=""):
    """The value in zeep's conventions: attributes without a sign, text as `_value_1`, binary data as bytes."""
    if isinstance(value, dict):
        names = {"#text": "_value_1"}
        return {names.get(key, key.lstrip("@")): for_zeep(inside, key) for key, inside in value.items()}
    if isinstance(value, list):
        return [for_zeep(inside, name) for inside in value]
    return base64.b64decode(value) if name == "Data" else value


def operation_element(envelope):
    (element,) = envelope.find(BODY)
    return element


def canonical(element):
    return canonicalize(etree.tostring(element, encoding="unicode", with_tail=False), rewrite_prefixes=True)


def main():
    wsdl = sys.argv[1]
    schema = etree.XMLSchema(next(etree.parse(wsdl).iter(SCHEMA)))
    client = zeep.Client(wsdl)
    cases = json.load(sys.stdin)
    wrong = 0
    for case in cases:
        name = case["operation"]
        ours = operation_element(etree.fromstring(case["request"].encode()))
        if not schema.validate(ours):
            wrong += 1
            print(f"{name} is not valid: {schema.error_log}")
        theirs = operation_element(client.create_message(client.service, name, **for_zeep(case["value"])))
        if canonical(ours) != canonical(theirs):
            wrong += 1
            print(f"{name} differs:\n  {canonical(ours)}\n  {canonical(theirs)}")
    print(f"{len(cases)} compared, {wrong} wrong")
    sys.exit(1 if wrong else 0)


main()
