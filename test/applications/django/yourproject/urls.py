from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import include, path


def username(email, claims):
    return claims["preferred_username"]


def me(request):
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    return JsonResponse({"person": request.user.get_username()})


def logout_form(request):
    token = get_token(request)
    field = f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
    return HttpResponse(f'<form method="post" action="/oidc/logout/">{field}</form>')


urlpatterns = [
    path("me", me),
    path("leave", logout_form),
    path("left", lambda request: HttpResponse("left")),
    path("oidc/", include("mozilla_django_oidc.urls")),
]
