/// Configurations and people for tests.
enum TestConfiguration {
    static let standard = yaml(publicURL: "https://issuer.example.org")
    /// An issuer whose identifier has a path.
    static let tenant = yaml(publicURL: "https://issuer.example.org/tenant")

    /// One person of the registry, as it is imported.
    static let people = """
        id,given_name,family_name,birth_date,credits,languages
        p-1,Zubeida,Ångström-Quine,1999-02-03,40,sv;ar
        p-2,Ulrich,Vandersloot,2001-12-31,7,
        """

    static func yaml(publicURL: String) -> String {
        """
        server: {public_url: \(publicURL)}
        issuer:
          display:
            - {name: Example University, locale: en}
            - {name: جامعة المثال, locale: ar}
        registry:
          id: id
          list_separator: ";"
          fields:
            given_name: {type: text, required: true}
            family_name: {type: text, required: true}
            birth_date: {type: date, required: true}
            credits: {type: integer, required: true}
            languages: list
        offers: {lifetime: 10m, tx_code: {length: 6}}
        tokens: {lifetime: 4m}
        nonces: {lifetime: 2m}
        batch_size: 3
        credentials:
          card:
            format: dc+sd-jwt
            type: card
            scope: card
            validity: 30d
            decoys: 2
            display:
              - {name: Card, locale: en, description: A card.}
              - {name: بطاقة, locale: ar}
            claims:
              given_name:
                {from: given_name, type: text, disclosable: true, required: true, display: {en: Given name, ar: الاسم}}
              family_name: {from: family_name, type: text, disclosable: true, required: true}
              birth_date: {from: birth_date, type: date, disclosable: true, required: true}
              languages: {from: languages, type: array, disclosable: true, elements_disclosable: true}
              university: {type: constant, value: Example University}
          diploma:
            format: jwt_vc_json
            type: Diploma
            scope: diploma
            validity: 30d
            claims:
              family_name: {from: family_name, type: text, required: true}
          record:
            format: jwt_vc_json-ld
            type: Record
            data_model: "2.0"
            validity: 30d
            claims:
              family_name: {from: family_name, type: text, required: true}
              credits: {from: credits, type: integer, required: true}
        """
    }
}
