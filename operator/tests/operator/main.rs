//! The built command, against the whole shop on one machine and an imitation of AWS around it.

mod aws;
mod buyer;
mod commands;
mod customers;
mod deployment;
mod doctor;
mod faults;
mod goods;
mod run;
mod setup;
mod world;
