package org.imprimatur.inspect.secrets;

/** What kind of thing was seen. */
public enum SecretKind {
    /** A private key, encrypted or not. */
    PRIVATE_KEY,
    /** What lets a program in by itself: access tokens, keys of cloud accounts, tickets. */
    TOKEN,
    /** A password for another system. */
    PASSWORD,
    /** The certificate of a machine, service or person, as opposed to one of an authority. */
    CERTIFICATE,
    /** Something secret that cannot be read without one more secret. */
    ENCRYPTED
}
