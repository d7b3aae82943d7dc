import HTTPTypes
import OAuth
import Portal
import WireFormats

/// Taking a credential away.
extension PortalSite {
    /// The page with the ways.
    func delivery(
        of received: ReceivedVisit, _ visit: Visit, problem: PortalDeliveryPage.Problem? = nil
    ) -> EndpointResponse {
        let held = received.held
        let list = PortalClaimList(names: held.described.claims, texts: visit.texts)
        return pages.portal.response(
            for: PortalDeliveryPage(
                csrf: received.secret.csrf, credential: PortalCredential(held.described),
                claims: list.claims(of: held.credential.claims), ways: ways(of: held, visit),
                keptUntil: held.keptUntil, problem: problem),
            visit: visit)
    }

    private func ways(of held: HeldCredential, _ visit: Visit) -> [PortalWay] {
        var ways: [PortalWay] = held.isOffered && held.offersLeft > 0 ? [.wallet, .file] : [.file]
        if let paper = PortalPaper(held, for: visit) {
            ways.append(.print)
            if paper.pdf(pages) != nil { ways.append(.pdf) }
        }
        if mail != nil, held.lettersLeft > 0, let email = held.credential.email {
            ways.append(.email(recipient: email.masked))
        }
        return ways
    }

    /// `POST /portal/deliver`.
    func deliver(_ request: EndpointRequest, _ visit: Visit) async throws -> EndpointResponse {
        let (form, secret) = try authenticate(request)
        guard case .received(let received) = try await visits.current(secret) else { throw PortalRefusal.over }
        switch form["way"] {
        case PortalWay.wallet.name: return try await offer(to: received, visit)
        case PortalWay.file.name:
            return Self.download(received.held.file(warning: visit.texts["file_warning"]))
        case PortalWay.print.name: return showPaper(received, visit)
        case PortalWay.pdf.name: return pdf(received, visit)
        case PortalWay.email(recipient: nil).name: return try await mail(received, visit)
        case PortalFinishMarkup.way: return try await finish(received, visit)
        default: throw PortalRefusal.crossSite
        }
    }

    private func offer(to received: ReceivedVisit, _ visit: Visit) async throws -> EndpointResponse {
        do {
            let offer = try await visits.offer(to: received)
            return done(
                received,
                .offer(PortalOffer(link: offer.link, txCode: offer.txCode), expiresAt: offer.expiresAt), visit)
        } catch let refusal as WalletOfferRefusal {
            if case .refused(let reason) = refusal { report(PortalTrouble(.offer, reason)) }
            // What has changed since, such as whether there are offers at all, shows on the page.
            guard case .received(let now) = try await visits.current(received.secret) else {
                throw PortalRefusal.over
            }
            return delivery(of: now, visit, problem: .offerNotMade)
        }
    }

    private func showPaper(_ received: ReceivedVisit, _ visit: Visit) -> EndpointResponse {
        guard let paper = PortalPaper(received.held, for: visit) else {
            return delivery(of: received, visit, problem: .tooLargeForPaper)
        }
        return pages.portal.response(for: paper.page, visit: visit)
    }

    private func pdf(_ received: ReceivedVisit, _ visit: Visit) -> EndpointResponse {
        guard let file = PortalPaper(received.held, for: visit)?.pdf(pages) else {
            return delivery(of: received, visit, problem: .tooLargeForPaper)
        }
        return Self.download(file)
    }

    private func mail(_ received: ReceivedVisit, _ visit: Visit) async throws -> EndpointResponse {
        guard let mail, let recipient = received.held.credential.email else {
            return delivery(of: received, visit, problem: .mailNotSent)
        }
        do {
            let letter = PortalLetterText(held: received.held, visit: visit).letter(to: recipient, pages)
            try await visits.send(letter, by: mail, of: received)
        } catch let refusal as PortalMailRefusal {
            report(PortalTrouble(.mail, refusal.reason))
            return delivery(of: received, visit, problem: .mailNotSent)
        }
        return done(received, .mailed(recipient: recipient.masked), visit)
    }

    private func finish(_ received: ReceivedVisit, _ visit: Visit) async throws -> EndpointResponse {
        try await visits.forget(received.secret)
        var response = pages.portal.response(
            for: PortalDonePage(credential: PortalCredential(received.held.described), outcome: .forgotten),
            visit: visit)
        cookie.remove(from: &response)
        return response
    }

    private func done(
        _ received: ReceivedVisit, _ outcome: PortalDonePage.Outcome, _ visit: Visit
    ) -> EndpointResponse {
        pages.portal.response(
            for: PortalDonePage(
                credential: PortalCredential(received.held.described), outcome: outcome, csrf: received.secret.csrf),
            visit: visit)
    }

    private static func download(_ file: DeliveredFile) -> EndpointResponse {
        EndpointResponse(
            headers: [
                .contentType: file.mediaType, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
                // The name has no character that would need quoting.
                .contentDisposition: "attachment; filename=\"\(file.name)\"",
                .contentSecurityPolicy: "default-src 'none'; sandbox",
            ], body: file.bytes)
    }
}
