//! The built command, against the whole shop on one machine and an imitation of AWS around it.

mod aws;
mod buyer;
mod commands;
mod deployment;
mod doctor;
mod faults;
mod run;
mod world;
