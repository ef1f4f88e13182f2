//! Takes alerts out of the process: to files, syslog and HTTP receivers.
