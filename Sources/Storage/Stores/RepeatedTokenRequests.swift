/// A token request whose answer was lost on the wire is made again: within a moment, with the same key, and before
/// anything was got with the token, it is the same use of the code and gets the same token.
enum RepeatedTokenRequests {
    static let window = Duration.seconds(10)
}
