public import Authentication
import HTTP
public import Secrets
import SessionAuthentication
public import Settings
public import Storage
import TokenAuthentication

extension AccessCheck {
    /// Goes by what access tokens are on this site, for a program that has the store: an id is looked
    /// up in it; for a JWT the verification keys are read, and thrown for if there are none.
    public convenience init(_ settings: Settings, _ store: Store) throws(SecretFileProblem) {
        let judge: any AccessJudge =
            switch settings.access {
            case .jwt: try TokenJudge(settings)
            case .session: SessionJudge(store.access, lifetime: settings.accessTTL)
            }
        self.init(settings.cookies.names, by: judge)
    }
}
