package import WireFormats

/// What is sent to `POST {market_uri}/release` beside the access token.
package struct ReleaseRequest: Sendable, Equatable {
    /// The compact approval.
    package let approval: String
    /// The request object, or the text of the request as the server keeps it.
    package let request: String
    package let isRequestSigned: Bool
    /// Key statements of the person, oldest first.
    package let statements: [String]

    package init(approval: String, request: String, isRequestSigned: Bool, statements: [String]) {
        self.approval = approval
        self.request = request
        self.isRequestSigned = isRequestSigned
        self.statements = statements
    }

    /// Why a body is no release request: the member that is wrong, nil for the whole.
    package struct Malformation: Error, Equatable {
        package let member: String?
    }

    package init(parsing body: [UInt8]) throws(Malformation) {
        guard body.count <= MessageLimits.releaseRequest, let object = (try? JSON(parsing: body))?.object else {
            throw Malformation(member: nil)
        }
        for name in object.names
        where !["approval", "request", "request_signed", "statements"].contains(where: { $0.hasSameBytes(as: name) }) {
            throw Malformation(member: nil)
        }
        guard let approval = object["approval"]?.string, (1...MessageLimits.statement).contains(approval.utf8.count)
        else { throw Malformation(member: "approval") }
        guard let request = object["request"]?.string,
            (1...SharingRequest.maximumBytes).contains(request.utf8.count)
        else { throw Malformation(member: "request") }
        guard let isSigned = object["request_signed"]?.bool else { throw Malformation(member: "request_signed") }
        guard let statements = object["statements"]?.array,
            (1...MessageLimits.keyStatements).contains(statements.count)
        else { throw Malformation(member: "statements") }
        let texts = statements.compactMap(\.string).filter { $0.utf8.count <= MessageLimits.statement }
        guard texts.count == statements.count else { throw Malformation(member: "statements") }
        self.init(approval: approval, request: request, isRequestSigned: isSigned, statements: texts)
    }

    package var json: JSON {
        [
            "approval": .string(approval), "request": .string(request), "request_signed": .bool(isRequestSigned),
            "statements": .array(statements.map(JSON.string)),
        ]
    }
}
