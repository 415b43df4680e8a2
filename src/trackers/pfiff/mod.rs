//! Porsche's PFIFF: issues that come and go as packages of files, which an OFTP server carries.

pub mod folders;
