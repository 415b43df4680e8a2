//! The folders of an OFTP server on another host, against a real OpenSSH server.

#[path = "kit/counting_proxy.rs"]
mod counting_proxy;
#[path = "oftp_sftp/cuts.rs"]
mod cuts;
#[path = "oftp_sftp/files.rs"]
mod files;
#[path = "oftp_sftp/host_keys.rs"]
mod host_keys;
#[path = "kit/openssh.rs"]
mod openssh;
#[path = "oftp_sftp/own_keys.rs"]
mod own_keys;
#[path = "oftp_sftp/silence.rs"]
mod silence;
#[path = "oftp_sftp/site.rs"]
mod site;
