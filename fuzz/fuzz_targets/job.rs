//! Any message in the queue is a job or none; a job that was read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trackersync::queue::job::Job;

fuzz_target!(|message: &[u8]| {
    if let Ok(job) = Job::decode(message) {
        let again = Job::decode(&job.encode());
        assert_eq!(again.ok(), Some(job));
    }
});
