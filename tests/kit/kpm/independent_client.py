"""Uses a KPM through the public package `zeep`, in its strict mode: what works here works for clients this project did not write.

Called with: address of the WSDL, user id, number of a problem in the mailbox KPM-TEST/Z$, number of one that cannot be read, and,
under TLS, the file with the client's certificate and key and the file of the authority. Ends with status 0 if all went well.
"""

import sys
import uuid

import requests
from lxml import etree
from zeep import Client, Settings
from zeep.exceptions import Fault, ValidationError
from zeep.transports import Transport

NAMESPACE = "http://xmldefs.volkswagenag.com/PP/QM/GroupProblemManagementService/V3"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
TECHNICAL = "http://xmldefs.volkswagenag.com/Technical/Addressing/V1"
MAILBOX = {"OrganisationalUnit": "KPM-TEST", "Plant": "Z$"}
FOREIGN = {"OrganisationalUnit": "ELSEWHERE", "Plant": "11"}
OPERATIONS = {
    "GetServiceInfo", "GetMultipleProblemData", "GetProblemActions", "GetDevelopmentProblemData", "GetProcessStepList",
    "GetProcessSteps", "GetProcessStep", "GetDocumentList", "GetDocument", "AddDocument", "AddNotice", "AddSupplierQuestion",
    "AddSupplierResponse", "CreateDevelopmentProblem",
}


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


class Kpm:
    """Calls with the user and the header that each of them needs."""

    def __init__(self, wsdl, user, certificate=None, authority=None):
        session = requests.Session()
        session.trust_env = False
        session.cert, session.verify = certificate, authority or True
        self.client = Client(wsdl, transport=Transport(session=session), settings=Settings(strict=True))
        self.user = user
        self.called = set()

    def __call__(self, operation, **fields):
        self.called.add(operation)
        service = self.client.service[operation]
        return service(UserAuthentification={"UserId": self.user}, _soapheaders=header(operation), **fields)


def header(operation):
    def part(namespace, name, text):
        element = etree.Element(etree.QName(namespace, name))
        element.text = text
        return element

    return [
        part(ADDRESSING, "To", "ws://volkswagenag.com/PP/QM/GroupProblemManagementService/V3"),
        part(ADDRESSING, "Action", f"{NAMESPACE}/KpmService/{operation}Request"),
        part(ADDRESSING, "MessageID", f"urn:uuid:{uuid.uuid4()}"),
        part(TECHNICAL, "Stage", "Test"),
        part(TECHNICAL, "Brand", "V"),
    ]


def message(answer):
    """The ResponseMessage, which zeep takes for the whole answer where nothing else can come with it."""
    return getattr(answer, "ResponseMessage", answer)


def succeeds(answer):
    expect(message(answer).MessageType == "MT_INFO", f"success instead of {message(answer)}")
    expect(message(answer).MessageId == "INFO_001", "code of a success")
    return answer


def refused(answer, code):
    said = message(answer)
    expect((said.MessageType, said.MessageId) == ("MT_FAULT", code), f"{code} instead of {said}")


def faulty(call, said, code=None):
    try:
        call()
    except Fault as fault:
        expect(said in (fault.message or ""), f"'{said}' instead of '{fault.message}'")
        found = None if fault.detail is None else fault.detail.findtext(".//errorCode")
        expect(found == code, f"code {code} instead of {found}")
        return
    raise AssertionError(f"no fault: {said or code}")


def overviews(kpm, problem):
    succeeds(kpm("GetServiceInfo"))
    found = succeeds(kpm("GetMultipleProblemData", OverviewAddress=MAILBOX, ActiveOverview=True, PassiveOverview=False))
    expect([reference.ProblemNumber for reference in found.ProblemReference] == [problem], "what lies in the mailbox")
    [reference] = found.ProblemReference
    expect("P" in reference.MessageTypeList.MessageType, "kinds of changes")
    later = kpm("GetMultipleProblemData", LastChangeTimestamp="2099-01-01 00:00:00.0", OverviewAddress=MAILBOX, ActiveOverview=True)
    expect(not succeeds(later).ProblemReference, "nothing was changed in the future")
    refused(kpm("GetMultipleProblemData", OverviewAddress=FOREIGN, ActiveOverview=True), "FC_003")


def fields(kpm, problem, unreadable):
    actions = succeeds(kpm("GetProblemActions", ProblemNumber=problem)).Action
    expect("ADD_SUPPLIER_RESPONSE" in actions and len(actions) == 9, "actions")
    data = succeeds(kpm("GetDevelopmentProblemData", ProblemNumber=problem)).DevelopmentProblem
    expect((data.ProblemNumber, data.Rating, data.ShortText) == (problem, " 2", "Display & <dunkel>"), "fields")
    expect(data.ForemostTestPart.PartNumber.PreNumber == " 85F", "a value that is filled up")
    expect(data.ForemostTestVehicle.Mileage == 12000 and data.TCB is True, "numbers and booleans")
    expect(data.AdditionalCriteriaList.AdditionalCriteria[0].description == "Land", "an attribute")
    expect(data.Supplier.Contractor.Address.Plant == "Z$", "the mailbox in the order")
    refused(kpm("GetDevelopmentProblemData", ProblemNumber=unreadable), "FC_512")
    expect(not kpm("GetProblemActions", ProblemNumber=unreadable).Action, "no actions")
    faulty(lambda: kpm("GetDevelopmentProblemData", ProblemNumber=1), "", "FC_501")


def process_steps(kpm, problem):
    notice = succeeds(kpm("AddNotice", ProblemNumber=problem, Notice="Gelesen.  \n\nÄndern wir."))
    question = succeeds(kpm("AddSupplierQuestion", ProblemNumber=problem, SupplierQuestion="Welche Teile?"))
    statement = {"Status": "2", "ErrorNumber": "K-1", "VersionOk": "1.2", "DueDate": "2026-12-24"}
    response = succeeds(kpm("AddSupplierResponse", ProblemNumber=problem, SupplierResponse=statement, ResponseText="Gefunden"))
    expect(response.SupplierStatus == "2", "the status is that which was sent")
    items = succeeds(kpm("GetProcessStepList", ProblemNumber=problem)).ProcessStepItem
    kinds = [item.ProcessStepTypeDescription for item in items]
    expect(kinds[:3] == ["Lieferantenaussage", "Rückfrage", "Aussage"] and kinds[-1] == "erfasst", f"newest first: {kinds}")
    ids = [item.ProcessStepId for item in items]
    told = [answer.ProcessStepId for answer in (response, question, notice)]
    expect(all(" " in step and ":" in step for step in told), "ids of new steps have blanks and colons")
    expect([step.replace(" ", "-").replace(":", ".") for step in told] == ids[:3], "and are those of the list otherwise")
    [step] = succeeds(kpm("GetProcessStep", ProblemNumber=problem, ProcessStepId=ids[2])).ProcessStep
    expect(step.Text == "Gelesen.\nÄndern wir.", "blanks and empty lines are lost")
    expect(step.Creator.UserId == kpm.user, "who wrote it")
    faulty(lambda: kpm("GetProcessStep", ProblemNumber=problem, ProcessStepId=told[2]), "", "FC_501")
    steps = succeeds(kpm("GetProcessSteps", ProblemNumber=problem, ProcessStepId=ids[:2])).ProcessStep
    expect([step.ProcessStepId for step in steps] == ids[:2], "steps asked for")
    expect(steps[0].SupplierResponse.DueDate == "2026-12-24+02:00", "due date")
    expect(len(kpm("GetProcessSteps", ProblemNumber=problem).ProcessStep) == len(ids), "all steps")
    some = kpm("GetProcessSteps", ProblemNumber=problem, ProcessStepId=[ids[0], "gone"])
    expect(message(some).MessageType == "MT_WARNING" and len(some.ProcessStep) == 1, "a warning")


def documents(kpm, problem):
    # zeep itself drops line ends from both ends of what is attached.
    data = bytes(range(256)) * 300 + b"\r\n--uuid:\r\n."
    document = {"Name": "Messung", "Suffix": "bin", "Description": "vom Prüfstand", "AccessRight": "0", "Data": data}
    reference = succeeds(kpm("AddDocument", ProblemNumber=problem, Document=document)).DocumentReference
    expect((reference.Name, reference.Size) == ("Messung", len(data)), "reference of a new document")
    listed = succeeds(kpm("GetDocumentList", ProblemNumber=problem)).DocumentReference
    expect([entry.DocumentId for entry in listed] == [reference.DocumentId], "list of documents")
    found = succeeds(kpm("GetDocument", ProblemNumber=problem, DocumentId=reference.DocumentId)).Document
    expect(found.Data == data, "bytes of a document")
    expect((found.Suffix, found.Description) == ("bin", "vom Prüfstand"), "what is said about it")
    empty = kpm("AddDocument", ProblemNumber=problem, Document={**document, "Data": b""}).DocumentReference
    hidden = kpm("AddDocument", ProblemNumber=problem, Document={**document, "AccessRight": "1"}).DocumentReference
    expect(empty.Size == 0, "an empty document")
    refused(kpm("GetDocument", ProblemNumber=problem, DocumentId=hidden.DocumentId), "FC_090")
    limit = 10 * 1024 * 1024
    largest = kpm("AddDocument", ProblemNumber=problem, Document={**document, "Data": b"x" * limit}).DocumentReference
    expect(len(kpm("GetDocument", ProblemNumber=problem, DocumentId=largest.DocumentId).Document.Data) == limit, "largest")
    too_large = {**document, "Data": b"x" * (limit + 1)}
    faulty(lambda: kpm("AddDocument", ProblemNumber=problem, Document=too_large), "Internal Error")
    faulty(lambda: kpm("AddDocument", ProblemNumber=problem, Document={**document, "Suffix": "jpegs"}), "Suffix")


def new_problem(kpm):
    problem = {
        "ExternalProblemNumber": "K-2", "Rating": "10", "Description": "Beim Start", "ShortText": "Bleibt stehen",
        "Origin": {"Phase": "PVS", "SubProcess": "E"}, "Frequency": "XE",
        "ModuleRelevant": {"ModuleRelevant": ["a", "b"]},
        "AdditionalCriteriaList": {"AdditionalCriteria": [{"_value_1": "DE", "description": "Land"}]},
    }
    number = succeeds(kpm("CreateDevelopmentProblem", DevelopmentProblem=problem, Analysis="Noch offen")).ProblemNumber
    data = succeeds(kpm("GetDevelopmentProblemData", ProblemNumber=number)).DevelopmentProblem
    expect((data.Rating, data.ExternalProblemNumber, data.Creator.Address.Plant) == ("10", "K-2", "Z$"), "what was created")
    passive = kpm("GetMultipleProblemData", OverviewAddress=MAILBOX, PassiveOverview=True).ProblemReference
    expect(number in [reference.ProblemNumber for reference in passive], "own problems are passive ones")
    refused(kpm("AddSupplierQuestion", ProblemNumber=number, SupplierQuestion="?"), "FC_090")
    foreign = {**problem, "Creator": {"Address": FOREIGN}}
    refused(kpm("CreateDevelopmentProblem", DevelopmentProblem=foreign), "FC_003")
    try:
        kpm("CreateDevelopmentProblem", DevelopmentProblem={"Rating": "1"})
    except ValidationError:
        return
    raise AssertionError("the contract does not know what is mandatory")


def solved(kpm, problem):
    succeeds(kpm("AddSupplierResponse", ProblemNumber=problem, SupplierResponse={"Status": "5"}))
    refused(kpm("AddSupplierResponse", ProblemNumber=problem, SupplierResponse={"Status": "1"}), "FC_090")
    refused(kpm("AddNotice", ProblemNumber=problem, Notice="Zu spät"), "FC_090")
    [newest, *_] = kpm("GetProcessSteps", ProblemNumber=problem).ProcessStep
    response = newest.SupplierResponse
    expect((response.VersionOk, response.ErrorNumber) == (None, "K-1"), "the version was not sent again")


def main(wsdl, user, problem, unreadable, certificate=None, authority=None):
    kpm = Kpm(wsdl, user, certificate, authority)
    problem, unreadable = int(problem), int(unreadable)
    overviews(kpm, problem)
    fields(kpm, problem, unreadable)
    process_steps(kpm, problem)
    documents(kpm, problem)
    new_problem(kpm)
    solved(kpm, problem)
    expect(kpm.called == OPERATIONS, f"not called: {OPERATIONS - kpm.called}")
    print(f"{len(kpm.called)} operations of {wsdl}")


main(*sys.argv[1:])
