//! A plain client of the stand-in KPM, which sees every byte of an answer.

use std::time::Duration;

use serde_json::json;
use trackersync::standin::kpm::{self, KpmOptions, KpmState, Mailbox, RunningKpm};

pub const NAMESPACE: &str = "http://xmldefs.volkswagenag.com/PP/QM/GroupProblemManagementService/V3";
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";

/// The mailbox of the user.
pub fn ours() -> Mailbox {
    Mailbox::new("KPM-TEST", "Z$")
}

/// Somebody else's mailbox.
pub fn foreign() -> Mailbox {
    Mailbox::new("ELSEWHERE", "11")
}

/// A stand-in with a client.
pub struct Site {
    pub kpm: RunningKpm,
    pub client: Client,
}

impl Site {
    pub async fn start() -> Self {
        Self::with(KpmOptions::default()).await
    }

    pub async fn with(options: KpmOptions) -> Self {
        let kpm = kpm::start(options).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
        let client = Client { http, url: kpm.url().to_owned() };
        Self { kpm, client }
    }

    pub fn state(&self) -> &KpmState {
        self.kpm.state()
    }

    /// A problem in our mailbox, with fields of every kind.
    pub fn problem(&self) -> i64 {
        let fields = json!({
            "ShortText": "Display & <dunkel>",
            "Description": "Bleibt dunkel",
            "Rating": "2",
            "TCB": true,
            "ForemostTestPart": {"PartNumber": {"PreNumber": "85F", "MiddleGroup": "907", "EndNumber": "357"}},
            "ForemostTestVehicle": {"Mileage": 12000},
            "AdditionalCriteriaList": {"AdditionalCriteria": [{"description": "Land", "text": "DE"}]},
        });
        self.state().create_problem(&ours(), &fields).unwrap()
    }
}

/// A client.
pub struct Client {
    pub http: reqwest::Client,
    pub url: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub chunked: bool,
    /// The envelope; of a multipart the first part.
    pub envelope: String,
    /// The parts after it, with their heads.
    pub attached: Vec<Vec<u8>>,
}

impl Client {
    /// Calls an operation as `kpm-sync`.
    pub async fn call(&self, operation: &str, fields: &str) -> Reply {
        self.try_call(operation, fields).await.unwrap()
    }

    /// The same where the connection may break.
    pub async fn try_call(&self, operation: &str, fields: &str) -> reqwest::Result<Reply> {
        self.post(request(operation, "kpm-sync", fields), "\"\"").await
    }

    pub async fn post(&self, body: String, soap_action: &str) -> reqwest::Result<Reply> {
        let request =
            self.http.post(&self.url).header("Content-Type", "text/xml; charset=utf-8").header("SOAPAction", soap_action);
        let response = request.body(body).send().await?;
        let status = response.status().as_u16();
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let (content_type, chunked) = (header("content-type"), header("transfer-encoding") == "chunked");
        let body = response.bytes().await?;
        let (envelope, attached) = parts(&content_type, &body);
        Ok(Reply { status, content_type, chunked, envelope, attached })
    }
}

/// A whole request.
pub fn request(operation: &str, user: &str, fields: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{SOAP}\"><s:Header xmlns:w=\"{ADDRESSING}\">\
         <w:To>ws://volkswagenag.com/PP/QM/GroupProblemManagementService/V3</w:To>\
         <w:Action>{NAMESPACE}/KpmService/{operation}Request</w:Action>\
         <w:MessageID>urn:uuid:6f1f8c2e-5d4f-4e4e-9f0a-1f9c7d2b3a4c</w:MessageID></s:Header>\
         <s:Body><n:{operation} xmlns:n=\"{NAMESPACE}\">\
         <UserAuthentification><UserId>{user}</UserId></UserAuthentification>{fields}</n:{operation}></s:Body></s:Envelope>"
    )
}

/// `<ProblemNumber>` and what follows.
pub fn about(problem: i64, fields: &str) -> String {
    format!("<ProblemNumber>{problem}</ProblemNumber>{fields}")
}

/// The envelope and the parts after it.
fn parts(content_type: &str, body: &[u8]) -> (String, Vec<Vec<u8>>) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let Some((_, after)) = content_type.split_once("boundary=\"") else { return (text(body), Vec::new()) };
    let boundary = format!("\r\n--{}", after.split('"').next().unwrap());
    let mut parts = split(body, boundary.as_bytes());
    assert!(parts.remove(0).is_empty() && parts.pop().is_some_and(|end| end == b"--"), "{content_type}");
    let envelope = split(&parts.remove(0), b"\r\n\r\n").remove(1);
    (text(&envelope), parts)
}

fn split(bytes: &[u8], by: &[u8]) -> Vec<Vec<u8>> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    while let Some(at) = bytes[start..].windows(by.len()).position(|window| window == by) {
        pieces.push(bytes[start..start + at].to_vec());
        start += at + by.len();
    }
    pieces.push(bytes[start..].to_vec());
    pieces
}

impl Reply {
    /// The texts of all unqualified elements of that name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.elements(name, false)
    }

    /// The text of the first element of that name that is in a namespace, as those of the header are.
    pub fn header(&self, name: &str) -> Option<String> {
        self.elements(name, true).into_iter().next()
    }

    fn elements(&self, name: &str, qualified: bool) -> Vec<String> {
        let document = roxmltree::Document::parse(&self.envelope).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        let named = document.descendants().filter(|node| node.tag_name().name() == name);
        let named = named.filter(|node| node.tag_name().namespace().is_some() == qualified);
        named.map(|node| node.text().unwrap_or_default().to_owned()).collect()
    }

    /// The text of the first element of that name.
    pub fn text(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().next()
    }

    /// `MessageType` and `MessageId`.
    pub fn message(&self) -> (String, String) {
        (self.text("MessageType").unwrap_or_default(), self.text("MessageId").unwrap_or_default())
    }

    pub fn refused_with(&self, code: &str) {
        assert_eq!(self.message(), ("MT_FAULT".to_owned(), code.to_owned()), "{self:?}");
    }

    pub fn succeeded(&self) {
        assert_eq!(self.message(), ("MT_INFO".to_owned(), "INFO_001".to_owned()), "{self:?}");
    }
}
