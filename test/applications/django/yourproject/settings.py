"""A Django project with mozilla-django-oidc as its documentation has it. What `kc-logout logout-url --snippet django`
says is put below this file."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "a secret of the application that is long enough for it"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "yourproject.urls"
USE_TZ = True
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "mozilla_django_oidc",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
AUTHENTICATION_BACKENDS = ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]

issuer = os.environ["OIDC_ISSUER"]
OIDC_RP_CLIENT_ID = os.environ["OIDC_CLIENT_ID"]
OIDC_RP_CLIENT_SECRET = os.environ["OIDC_CLIENT_SECRET"]
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_OP_JWKS_ENDPOINT = issuer + "/protocol/openid-connect/certs"
OIDC_OP_AUTHORIZATION_ENDPOINT = issuer + "/protocol/openid-connect/auth"
OIDC_OP_TOKEN_ENDPOINT = issuer + "/protocol/openid-connect/token"
OIDC_OP_USER_ENDPOINT = issuer + "/protocol/openid-connect/userinfo"
OIDC_RP_SCOPES = "openid email profile"
OIDC_USERNAME_ALGO = "yourproject.urls.username"
LOGIN_REDIRECT_URL = "/me"

# How often the person's sign-in is looked up again at Keycloak; not at all unless it is switched on.
if os.environ.get("OIDC_RENEW_SECONDS"):
    MIDDLEWARE.append("mozilla_django_oidc.middleware.SessionRefresh")
    OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS = int(os.environ["OIDC_RENEW_SECONDS"])
