"""The words by which columns of prediction logs are named, with how much each one tells."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from drift.setup.words import words_of


def _weights(**groups: str) -> dict[str, float]:
    """Return weights by word; the keys are weights, with ``m`` for a minus and ``_`` for a dot."""
    return {
        word: float(key.lstrip("wm").replace("_", ".")) * (-1 if key.startswith("m") else 1)
        for key, words in groups.items()
        for word in words.split()
    }


TIME = _weights(
    w3="timestamp ts time datetime eventtime requesttime zeitstempel zeitpunkt zeit fecha hora "
    "horodatage heure tijdstip czas dataora orario tidspunkt tstamp epoch unixtime tidsstempel",
    w2="t date datum dato data day created at logged received recorded captured requested utc "
    "uhrzeit "
    "when occurred marca momento jour giorno aufnahme taken shot predicted served asked",
    m2="updated modified changed label labeled labelled annotated birth birthday expires expiry "
    "deleted trained model version upload uploaded finished reviewed verified processed release",
)
PREDICTION = _weights(
    w4="prediction predictions predicted pred preds top1 vorhersage vorhergesagt prediccion "
    "predicho previsao predizione predetto voorspelling prognose yhat predictedclass "
    "predictedlabel "
    "ypred prevision predit",
    w2="cls output class klasse classe clase category kategorie categoria categorie breed "
    "species rasse "
    "raza race razza result ergebnis resultado resultat risultato tag object defect diagnosis "
    "inference decision kind sorte outcome answer verdict classification detected klassifikation "
    "hunderasse art espece especie especies rasa",
    w1_5="label name type etikett etiqueta etiquette etichetta",
    m3="true truth target gt actual ground expected human reviewed model version camera kamera "
    "device client user country region site file filename image path url uri id client os app "
    "source status code error host env format mime extension method language",
)
LABEL = _weights(
    w4="truth groundtruth gt target actual ytrue true annotated wahr wahrheit verdadero verdad "
    "verite verita werkelijk corrected human gold",
    w3="label labels annotation annotations etikett etiqueta etiquette etichetta expected reviewed "
    "verified real",
    m5="prediction predicted pred preds top1 vorhersage prediccion predizione score prob "
    "confidence "
    "model version time at by date",
)
CONFIDENCE = _weights(
    w4="confidence conf probability prob proba konfidenz wahrscheinlichkeit confiance confianza "
    "confianca confidenza probabilidad probabilite probabilita certainty sicherheit pmax maxprob "
    "betrouwbaarheid likelihood",
    w3="score softmax scores",
    w2="p",
    m4="quality blur brightness sharpness contrast noise focus exposure threshold iou version "
    "drift anomaly nsfw latency",
)
LATENCY = _weights(
    w4="latency duration elapsed took latenz dauer duree duracion durata responsetime "
    "inferencetime "
    "processingtime runtime antwortzeit laufzeit latencia latence durationms latencyms inferencems",
    w1="ms millis milliseconds",
)
CLIENT = _weights(
    w3="client user customer uid account tenant kunde benutzer usuario cliente utilisateur klant "
    "userid clientid customerid member nutzer utente",
    w2="device sender ip session vehicle patient deviceid subscriber caller geraet appareil "
    "dispositivo phone installation",
    m5="agent version name os type model status lang language country feedback rating comment",
)
ID = _weights(
    w3="id uuid guid requestid rid",
    w2="image img bild imagen key nr nummer identifier hash request no number num kennung ref",
    m3="class label user client customer camera device model session label category account tenant",
)
SEGMENT = _weights(
    w3="model version camera cam device country region site station store shop line machine sensor "
    "os platform app source channel location city tenant lens kamera geraet standort filiale env "
    "environment endpoint plant lane kanal land pays pais modell modelo kameraname werk zone area "
    "room floor gate deployment variant experiment release build market language role team farm "
    "hospital clinic scanner vendor brand maker make firmware light lighting shift",
    w1="type kind group host category client user name mode",
    m5="time date error message reason status code size bytes width height format hash count num "
    "filename path url uri comment note",
)


def points(name: str, weights: Mapping[str, float]) -> float:
    """Return what the words of a column's name tell, the strongest word and all warnings."""
    parts = words_of(name)
    joined = [first + second for first, second in pairwise(parts)]
    told = [weights[word] for word in {*parts, *joined} if word in weights]
    return max((value for value in told if value > 0), default=0.0) + sum(
        value for value in told if value < 0
    )
