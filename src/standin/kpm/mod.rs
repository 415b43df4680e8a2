//! A stand-in for KPM, the group problem management of Volkswagen: its SOAP service in version 3, with state.
//!
//! It answers fourteen operations as the real service was seen to answer them, and refuses everything that its contract,
//! `kpm.wsdl`, does not allow, in words that say what is wrong. That contract is our own work; a site brings the owner's.
//!
//! What it imitates on purpose are the places where clients go wrong:
//!
//! * Answers are `multipart/related` in chunks, also without attachment; faults are plain XML. The inner element of an answer
//!   is named with or without `Internal`, by operation.
//! * A call fails in three ways: as a fault, in an answer of the type `MT_FAULT`, or with a bare `Internal Error` for a document
//!   that is too large. `MT_WARNING` is a success.
//! * Times come in five forms, the id of a new step in another one than in lists; `Rating` and parts of part numbers are padded.
//! * Texts lose blanks at the end of lines and empty lines.
//! * `VersionOk` is lost when it is not sent again; after the status 5 nothing can be changed until the problem is assigned
//!   again; an opened problem has the status `-`, which cannot be sent.
//! * New steps and documents can stay invisible for a while, see [`KpmOptions::read_back_delay`].
//!
//! What nobody has seen is guessed, and the comment at the place says so. The main guesses: `FC_501` also for steps and
//! documents that are not there; faults for a status, a due date or a suffix that is not allowed; `FC_090` for a user who is not
//! known; the rights that follow from where a problem lies; the meaning of `P` and `I` in an overview; numbers of some kinds of
//! steps; widths of padded fields but for two; that addressing in the header is needed.
//!
//! What it leaves out: the operations beyond the fourteen, changes of fields by a caller, the texts of the service in German,
//! who signed the security header, and any check of a client's certificate beyond its authority.
//!
//! Below `/standin/`, from the same machine only, it takes orders that no KPM knows. Under TLS these are taken at a plain port
//! of their own, see [`RunningKpm::control_url`].
//!
//! | Request | Effect |
//! | --- | --- |
//! | `POST /standin/faults` | orders a failure, see [`Fault`] |
//! | `GET`, `DELETE /standin/faults` | lists and cancels them |
//! | `GET`, `DELETE /standin/requests` | the last thousand calls, see [`RequestRecord`] |
//! | `PUT /standin/latency` | `{"ms": 50}`: every answer takes longer |
//! | `PUT /standin/read-back-delay` | `{"ms": 1000}`: what is new stays invisible for so long |
//! | `GET /standin/problems` | all numbers |
//! | `POST /standin/problems` | `{"mailbox": {"organisational_unit": "KPM-TEST", "plant": "Z$"}, "fields": {"ShortText": "…"}}`: a new problem |
//! | `GET`, `PATCH /standin/problems/{number}` | everything about a problem; sets fields |
//! | `POST /standin/problems/{number}/steps` | adds a step, see [`StepSpec`] |
//! | `POST /standin/problems/{number}/documents` | `{"name": "log", "suffix": "txt", "base64": "…"}`: adds a document |
//! | `GET /standin/problems/{number}/documents/{id}` | its bytes |
//! | `PUT`, `DELETE /standin/problems/{number}/mailbox` | sends it to a mailbox, takes it out |
//! | `PUT /standin/problems/{number}/rights` | `["ADD_NOTICE"]`: what a caller may do; `null`: what follows from the mailbox |
//! | `POST /standin/problems/{number}/reopened` | opens it again |

mod addressing;
mod call;
mod changes;
mod contract;
mod control;
mod document;
mod element;
mod failure;
mod faults;
mod field_json;
mod journal;
mod mailbox;
mod multipart;
mod operations;
mod options;
mod problem;
mod process_step;
mod rights;
mod running;
mod server;
mod service;
mod snapshot;
mod soap_answer;
mod soap_request;
mod state;
mod store;
mod stored_text;
mod times;
mod tls_front;
mod xml;

pub use contract::WSDL;
pub use faults::{FalseAnswer, Fault};
pub use journal::RequestRecord;
pub use mailbox::Mailbox;
pub use options::{KpmOptions, MutualTls};
pub use process_step::{StepKind, SupplierStatement};
pub use rights::Right;
pub use running::{RunningKpm, start};
pub use snapshot::{DocumentSnapshot, ProblemSnapshot, StepSnapshot};
pub use soap_request::RequestReader;
pub use state::{DocumentSpec, KpmState, Refusal, StepSpec};
