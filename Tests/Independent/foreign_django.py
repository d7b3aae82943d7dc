"""The process behind `foreign_authorization_server.py`: Django with django-oauth-toolkit.

    python foreign_django.py FOLDER

FOLDER/settings.json says the port, the person, the clients and the scopes; the database is beside it.
"""

import json
import sys
from pathlib import Path

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

FOLDER = Path(sys.argv[1])
TOLD = json.loads((FOLDER / "settings.json").read_text())

LOGIN_PAGE = """<!doctype html><title>Log in</title><form method="post">{% csrf_token %}
<input name="username"><input name="password" type="password">
<input type="hidden" name="next" value="{{ next }}"><button data-test="foreign-login">Log in</button></form>"""

CONSENT_PAGE = """<!doctype html><title>Agree</title>{% if error %}<p>{{ error.error }}{% else %}
<form method="post">{% csrf_token %}{% for field in form %}{% if field.is_hidden %}{{ field }}{% endif %}{% endfor %}
<button data-test="foreign-deny">No</button><button data-test="foreign-allow" name="allow" value="yes">Yes</button>
</form>{% endif %}"""

LOGOUT_PAGE = """<!doctype html><title>Log out</title><form method="post">{% csrf_token %}
{% for field in form %}{{ field }}{% endfor %}
<button data-test="foreign-logout" name="allow" value="yes">Log out</button></form>"""


def signing_key() -> str:
    """A fresh RSA key in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*form).decode()


settings.configure(
    SECRET_KEY="only for this test run", DEBUG=False, ALLOWED_HOSTS=["localhost", "127.0.0.1"], USE_TZ=True,
    ROOT_URLCONF="foreign_django", LOGIN_URL="/login", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "foreign.db"}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"],
            "loaders": [("django.template.loaders.locmem.Loader", {
                "registration/login.html": LOGIN_PAGE, "oauth2_provider/authorize.html": CONSENT_PAGE,
                "oauth2_provider/logout_confirm.html": LOGOUT_PAGE,
            })],
        },
    }],
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True, "OIDC_RSA_PRIVATE_KEY": signing_key(), "OIDC_ISS_ENDPOINT": TOLD["issuer"],
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True, "OAUTH2_VALIDATOR_CLASS": "foreign_django.Validator",
        "SCOPES": {
            "openid": "Who you are", "profile": "Your name", "email": "Your address", "introspection": "Tokens",
            **TOLD["scopes"],
        },
        "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True, "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True, "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True, "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "ACCESS_TOKEN_EXPIRE_SECONDS": 300, "ID_TOKEN_EXPIRE_SECONDS": 300,
    },
)
if __name__ == "__main__":
    # The settings name this module; it must be this one and not a second copy.
    sys.modules["foreign_django"] = sys.modules["__main__"]
django.setup()

from django.contrib.auth import get_user_model, views  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import run  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.models import get_application_model  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402


class Validator(OAuth2Validator):
    """Adds the claims of the scopes `profile` and `email`."""

    oidc_claim_scope = {"sub": "openid", "given_name": "profile", "family_name": "profile", "email": "email"}

    def get_additional_claims(self) -> dict:
        """Claim to what computes it."""
        return {
            "given_name": lambda request: request.user.first_name,
            "family_name": lambda request: request.user.last_name, "email": lambda request: request.user.email,
        }


urlpatterns = [
    path("login", views.LoginView.as_view()),
    path("", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


def fill() -> None:
    """The database: one person and the clients."""
    call_command("migrate", verbosity=0)
    person = TOLD["person"]
    get_user_model().objects.create_user(
        person["username"], person["username"], person["password"], first_name=person["given_name"],
        last_name=person["family_name"])
    application = get_application_model()
    for client in TOLD["clients"]:
        application.objects.create(
            client_id=client["client_id"], name=client["client_id"], redirect_uris=client["redirect_uri"],
            post_logout_redirect_uris=client["post_logout_redirect_uri"], client_secret=client["secret"] or "",
            client_type="confidential" if client["secret"] else "public", skip_authorization=False,
            authorization_grant_type="authorization-code", algorithm="RS256")


if __name__ == "__main__":
    fill()
    run("127.0.0.1", TOLD["port"], get_wsgi_application(), threading=True)
