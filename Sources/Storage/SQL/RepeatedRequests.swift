/// What tells the repetition of a token request from a second use of its code, as a step of ``Migrations``.
enum RepeatedRequests {
    static let statements = [
        "ALTER TABLE grants ADD COLUMN code_token_id BYTEA",
        "ALTER TABLE access_tokens ADD COLUMN used_at BIGINT",
    ]
}
