package import HTTPTypes
import OAuth

/// Finds the route of a request.
package struct RouteTable: Sendable {
    private var exact: [String: [Route]] = [:]
    private var prefixes: [(prefix: String, takesRest: Bool, routes: [Route])] = []

    package enum Match: Sendable {
        case route(Route, parameter: Substring)
        /// The path exists, but not with this method.
        case otherMethods([HTTPRequest.Method])
        case nothing
    }

    package init(_ routes: [Route]) {
        for route in routes {
            switch route.path {
            case .exact(let path): exact[path, default: []].append(route)
            case .withParameter(let prefix): add(route, prefix, takesRest: false)
            case .withRest(let prefix): add(route, prefix, takesRest: true)
            }
        }
    }

    private mutating func add(_ route: Route, _ prefix: String, takesRest: Bool) {
        if let index = prefixes.firstIndex(where: { $0.prefix == prefix && $0.takesRest == takesRest }) {
            prefixes[index].routes.append(route)
        } else {
            prefixes.append((prefix, takesRest, [route]))
        }
    }

    package func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        if let routes = exact[path] { return choose(method, from: routes, parameter: "") }
        for (prefix, takesRest, routes) in prefixes where path.utf8.starts(with: prefix.utf8) {
            let parameter = path[path.utf8.index(path.startIndex, offsetBy: prefix.utf8.count)...]
            guard !parameter.isEmpty, takesRest || !parameter.utf8.contains(UInt8(ascii: "/")) else { continue }
            return choose(method, from: routes, parameter: parameter)
        }
        return .nothing
    }

    private func choose(_ method: HTTPRequest.Method, from routes: [Route], parameter: Substring) -> Match {
        // RFC 9110 §9.3.2: what can be got has a HEAD, answered without the body.
        let wanted = method == .head ? .get : method
        if let route = routes.first(where: { $0.method == wanted }) { return .route(route, parameter: parameter) }
        return .otherMethods(routes.map(\.method))
    }
}
