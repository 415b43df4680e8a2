//! Calls of the service: requests as the site's WSDL describes them, sent with our certificate, and their answers.

use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use reqwest::{Method, Response, StatusCode, Url, header};
use serde_json::{Map, Value, json};
use tracing::{info, warn};
use uuid::Uuid;

use super::{
    super::{classify, http::Http},
    failure::{self, Failure},
};
use crate::{
    config::partner::KpmConfig,
    formats::soap::{Answer, AnswerLimits, Contract, HeaderBlock, Operation, RequestRefused},
    sync::fault::Fault,
};

/// The operations that we call.
pub(super) const OPERATIONS: [&str; 12] = [
    "AddDocument",
    "AddNotice",
    "AddSupplierQuestion",
    "AddSupplierResponse",
    "CreateDevelopmentProblem",
    "GetDevelopmentProblemData",
    "GetDocument",
    "GetDocumentList",
    "GetMultipleProblemData",
    "GetProblemActions",
    "GetProcessSteps",
    "GetServiceInfo",
];

const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
/// What the owner of the service adds to WS-Addressing.
const TECHNICAL: &str = "http://xmldefs.volkswagenag.com/Technical/Addressing/V1";
/// Whom requests are meant for, whatever host takes them.
const TO: &str = "ws://volkswagenag.com/PP/QM/GroupProblemManagementService/V3";
/// How many unknown things in answers are remembered, so that each is told once.
const MOST_REMEMBERED: usize = 1_000;

/// The bytes of an answer, as they come.
pub(super) type AnswerStream = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// What speaks to one KPM.
pub(super) struct Client {
    http: Http,
    contract: Contract,
    address: Url,
    user_id: String,
    stage: String,
    brand: Option<String>,
    /// What was told of answers that are not what the WSDL says.
    told: Mutex<BTreeSet<String>>,
}

/// A request that is ready to be sent.
pub(super) struct Request<'c> {
    operation: &'c Operation,
    envelope: String,
}

/// For how long an answer is waited for.
enum Limit {
    /// The whole call has the time of one answer.
    Whole,
    /// A file passes: only silence is limited. The length of the request, where its body is a stream and it is known.
    Silence { length: Option<u64> },
}

/// The service of a site: what its WSDL says, and where it is.
pub(super) struct Service {
    contract: Contract,
    address: Url,
}

impl Service {
    /// Reads the WSDL.
    ///
    /// # Errors
    /// A WSDL that cannot be read, or lacks an operation that we call; an address that is none.
    pub(super) fn read(config: &KpmConfig) -> Result<Self, Fault> {
        let failed =
            |words: String| Fault::permanent(words).hint("look at `wsdl`: it is the file that came with the certificate");
        let contract = Contract::open(&config.wsdl).map_err(|error| failed(error.to_string()))?;
        contract.require(&OPERATIONS).map_err(|missing| failed(missing.to_string()))?;
        for place in contract.unchecked() {
            info!(place, "this demand of the WSDL is not checked before sending");
        }
        let text = config.url.as_deref().unwrap_or_else(|| contract.address());
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        let address = url.ok_or_else(|| {
            Fault::permanent(format!("`{text}` is no address of a service")).hint("give `url` in place of that in the WSDL")
        })?;
        Ok(Self { contract, address })
    }

    /// Whether a certificate can be shown there.
    pub(super) fn is_secure(&self) -> bool {
        self.address.scheme() == "https"
    }
}

impl Client {
    /// A client that speaks for the account of the configuration.
    pub(super) fn new(http: Http, service: Service, config: &KpmConfig) -> Self {
        Self {
            http,
            contract: service.contract,
            address: service.address,
            user_id: config.user_id.clone(),
            stage: config.stage.clone(),
            brand: config.brand.clone(),
            told: Mutex::default(),
        }
    }

    /// What the service says of itself.
    pub(super) fn contract(&self) -> &Contract {
        &self.contract
    }

    /// Calls an operation; what its answer holds. `fields` are those behind our user id.
    pub(super) async fn call(&self, operation: &str, fields: Value) -> Result<Value, Failure> {
        let request = self.request(operation, fields)?;
        let mut answer = self.send(request, Limit::Whole, reqwest::Body::from).await?;
        payload(operation, &mut answer)
    }

    /// Calls an operation whose answer has binary parts; what the answer holds, and the answer with its parts.
    pub(super) async fn open(&self, operation: &str, fields: Value) -> Result<(Value, Answer<AnswerStream>), Failure> {
        let request = self.request(operation, fields)?;
        let mut answer = self.send(request, Limit::Silence { length: None }, reqwest::Body::from).await?;
        let payload = payload(operation, &mut answer)?;
        Ok((payload, answer))
    }

    /// Sends a request whose body, of this length if it is known, `body` makes of the envelope; what the answer holds.
    pub(super) async fn upload(
        &self,
        request: Request<'_>,
        length: Option<u64>,
        body: impl FnOnce(String) -> reqwest::Body,
    ) -> Result<Value, Failure> {
        let operation = request.operation.name();
        let limit = Limit::Silence { length };
        let mut answer = self.send(request, limit, body).await?;
        payload(operation, &mut answer)
    }

    /// A request that fits the WSDL.
    pub(super) fn request(&self, operation: &str, fields: Value) -> Result<Request<'_>, Fault> {
        let operation = self.contract.operation(operation).map_err(|error| Fault::permanent(error.to_string()))?;
        let mut value = match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        value.insert("UserAuthentification".to_owned(), json!({ "UserId": self.user_id }));
        let envelope = self
            .contract
            .request(operation, &Value::Object(value), &self.headers(operation))
            .map_err(|error| refused(&error))?;
        Ok(Request { operation, envelope })
    }

    fn headers(&self, operation: &Operation) -> Vec<HeaderBlock> {
        let action = format!("{}/KpmService/{}Request", operation.input().namespace, operation.name());
        let brand = self.brand.iter().map(|brand| HeaderBlock::text(TECHNICAL, "Brand", brand.as_str()));
        [
            HeaderBlock::text(ADDRESSING, "To", TO),
            HeaderBlock::text(ADDRESSING, "Action", action),
            HeaderBlock::text(ADDRESSING, "MessageID", format!("urn:uuid:{}", Uuid::new_v4())),
            HeaderBlock::text(TECHNICAL, "Stage", self.stage.as_str()),
        ]
        .into_iter()
        .chain(brand)
        .collect()
    }

    async fn send(
        &self,
        Request { operation, envelope }: Request<'_>,
        limit: Limit,
        body: impl FnOnce(String) -> reqwest::Body,
    ) -> Result<Answer<AnswerStream>, Failure> {
        let is_probe = self.http.gate().is_probe().await?;
        let mut request = self
            .http
            .request(Method::POST, self.address.clone())
            .header(header::CONTENT_TYPE, "text/xml; charset=utf-8")
            .header("SOAPAction", format!("\"{}\"", operation.soap_action()))
            .body(body(envelope));
        match limit {
            Limit::Whole => request = request.timeout(self.http.timeout()),
            Limit::Silence { length: Some(length) } => request = request.header(header::CONTENT_LENGTH, length),
            Limit::Silence { length: None } => {}
        }
        let response = self.http.send(request).await?;
        let status = response.status();
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let fault =
                Fault::credentials(format!("{status} from the gateway")).hint("is our certificate known there, and valid?");
            return Err(self.http.gate().refuse(fault).await.into());
        }
        if is_probe {
            self.http.gate().accept().await;
        }
        self.read(operation, response).await
    }

    async fn read(&self, operation: &Operation, response: Response) -> Result<Answer<AnswerStream>, Failure> {
        let (status, headers) = (response.status(), response.headers().clone());
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_xml = content_type.contains("xml") || content_type.starts_with("multipart/");
        if !status.is_success() && !is_xml {
            let words = "a gateway answers in place of the service";
            return Err(classify::fault_of(status, &headers, words).into());
        }
        let stream: AnswerStream = Box::pin(response.bytes_stream());
        let answer = self.contract.answer(operation, content_type, stream, AnswerLimits::default()).await;
        let answer = answer
            .map_err(|error| failure::of_answer_error(&error).while_doing(format!("{} answers {status}", operation.name())))?;
        self.tell_deviations(operation, &answer);
        Ok(answer)
    }

    /// A new release shows itself by what the WSDL does not know: each such thing is told once.
    fn tell_deviations(&self, operation: &Operation, answer: &Answer<AnswerStream>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for deviation in &answer.deviations {
            let what = format!("{}: {deviation}", operation.name());
            if told.len() < MOST_REMEMBERED && told.insert(what.clone()) {
                warn!(what, "the service answers what its WSDL does not say; it is read all the same");
            }
        }
    }
}

impl Request<'_> {
    /// The whole request.
    pub(super) fn envelope(&self) -> &str {
        &self.envelope
    }
}

/// A request that the WSDL does not allow: the attributes that are at fault are named as rules name them.
fn refused(error: &RequestRefused) -> Fault {
    let attributes = error.findings.iter().filter_map(|finding| finding.path.strip_prefix("DevelopmentProblem/"));
    let fields = attributes.filter_map(|path| path.split(['/', '[']).next()).map(str::to_owned).collect();
    Fault { fields, ..Fault::refused(error.to_string()) }
}

/// What an answer holds: the single child of its element.
fn payload(operation: &str, answer: &mut Answer<AnswerStream>) -> Result<Value, Failure> {
    let outcome = std::mem::replace(&mut answer.outcome, Ok(Value::Null));
    let mut told = outcome.map_err(|fault| failure::of_soap_fault(&fault))?;
    // The single child, whatever its name; a new release may put something beside it.
    let children = told.as_object_mut().into_iter().flat_map(Map::values_mut);
    let inner = children.into_iter().find(|child| child.get("ResponseMessage").is_some()).map(Value::take);
    let payload = inner.unwrap_or(told);
    failure::check_message(operation, &payload)?;
    Ok(payload)
}

/// The bytes of the next part, as a stream that ends with the answer.
pub(super) fn part(answer: Answer<AnswerStream>) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    futures_util::stream::unfold(Some(answer), async |answer| {
        let mut answer = answer?;
        match answer.chunk().await {
            Ok(Some(bytes)) => Some((Ok(bytes), Some(answer))),
            Ok(None) => None,
            Err(error) => Some((Err(std::io::Error::other(error)), None)),
        }
    })
    .boxed()
}
