// SPDX-License-Identifier: MIT
// The word lists, and how a name is held against them. A name is cut into words at everything that is no letter or digit
// and where a small letter meets a capital, and case is folded. In the lists, "word" is a whole word, "word*" its beginning,
// "*word*" any part of it (compounds), "a+b" both somewhere in the name. An entry with more words in it goes before one with
// fewer; then the order of the list decides, in which what went wrong stands before what went well. Reads only; any thread.
#include "cli/worksheet/words.h"
#include "base/str.h"
#include "base/text.h"

const char *const ws_near_names[8] = {"", "aware", "investigating", "seeking", "considering", "purchasing", "keeping", "won"};

static const struct act { uint32_t class_; enum ws_near near_; uint32_t flags; const char *words; } acts[] = {
    {VOC_CLASS_UNDELIVERED, NEAR_NONE, 0,
     "bounce* undeliver* email+block* mail+block* email+dropped unzustellbar* rebond* rebot* rimbalz* devuelto nieodebran* niedostarcz* não+entregue nao+entregue"},
    {VOC_CLASS_HARM, NEAR_NONE, 0,
     "unsubscrib* optout opt+out cancel* cancell* complain* churn* refund* chargeback abuse spam+report* order+return* return+request* return returned returns withdraw* "
     "abmeldung abbestell* storn* kündig* kuendig* widerruf* beschwer* reklamier* reklamation* erstatt* rücksend* retoure* "
     "désabonn* desabonn* désinscri* desinscri* annul* plainte* réclamation* reclamation* rembours* résili* resili* "
     "baja darse+baja queja* reclam* reembols* devol* disiscri* reclamo rimbors* reso recesso disdett* "
     "cancelamento desinscr* afmeld* uitschrij* opzeg* klacht* terugbetal* retour* wypis* rezygn* anuluj* skarg* zwrot* reklamacj*"},
    {VOC_CLASS_TROUBLE, NEAR_NONE, 0,
     "where+my where+is where+order error* bug bugs crash* fail* defect* problem* outage incident* timeout ticket* 404 500 declined forgot* password+reset reset+password broken "
     "fehler* störung* stoerung* passwort+vergessen wo+bleibt defekt* erreur* panne* problème* oublié* incidencia* averí* averia* problema* olvid* "
     "errore* errori guasto* erro falha* avaria* fout* storing* klachten błąd* blad* awari* usterk*"},
    {VOC_CLASS_VALUE, NEAR_NONE, 0, "open+account account+opened create+account account+created konto+eröffn*"},
    {VOC_CLASS_MECHANICAL, NEAR_NONE, 0,
     "open opens opened delivered deliver delivery+receipt read+receipt auto+reply autoreply autoresponse out+office image+load deferred render* proxy+load "
     "geöffnet geoeffnet öffnung zugestellt ouvert* ouverture délivré* abierto apertura entregado aperto aperta consegnat* aberto aberta abertura entregue "
     "geopend afgeleverd bezorgd otwarto otwarcie dostarczon*"},
    {VOC_CLASS_VALUE, NEAR_CONSIDERING, 0, "add+cart add+basket add+bag warenkorb+hinzu* warenkorb+gelegt ajout+panier añad*+carrito aggiung*+carrello adicion*+carrinho dodan*+koszyk*"},
    {VOC_CLASS_VALUE, NEAR_CONSIDERING, SAYS_PULL, "wish* wunsch* favorit* favourit* favorite* favori* preferit* verlanglijst* ulubion*"},
    {VOC_CLASS_VALUE, NEAR_CONSIDERING, 0,
     "ask+proposal request+proposal proposal+request* quote+request* request+quote* request+offer ask+offer ask+price ask+question question* reference+call call+reference "
     "*angebotsanfrage* angebot+anfrage* demande+devis solicit*+presupuesto richiest*+preventivo pedido+orçamento offerte+aanvraag zapyt*+ofert* frage fragen"},
    {VOC_CLASS_VALUE, NEAR_PURCHASING, 0,
     "accept+proposal accept+quote accept+offer accepted+proposal proposal+accepted quote+accepted offer+accepted clarify+terms site+data angebot+angenommen angebot+annahme "
     "devis+accepté oferta+aceptada offerta+accettata proposta+aceita offerte+akkoord ofert*+przyjęt* sign+contract contract+signed vertrag+unterschr*"},
    {VOC_CLASS_VALUE, NEAR_SEEKING, 0, "request+demo demo+request book+demo demo+booked bring+colleague contact+form kontakt+formular contact+request request+call"},
    {VOC_CLASS_VALUE, NEAR_INVESTIGATING, SAYS_PULL, "download+* product+view view+product product+detail* product+page *produktseite* fiche+produit"},
    {VOC_CLASS_VALUE, NEAR_AWARE, 0, "ask+information information+request request+information"},
    {VOC_CLASS_PASSAGE, NEAR_AWARE, 0,
     "home homepage landing* startseite accueil inicio strona+główna search* catalog* category categor* listing browse filter* sort visit session+start page+view* pageview* *suche* suchen "
     "katalog* kategorie* besuch recherche* chercher catalogue* búsqueda* buscar busca catálogo* ricerca cerca pesquisa* catalogo* zoeken zoek* szukaj* wyszuk* kategori*"},
    {VOC_CLASS_PASSAGE, NEAR_NONE, 0,
     "login logon signin sign+in log+in logout logoff sign+out logged account+page my+account profile menu navigat* settings "
     "einloggen anmelden ausloggen profil konto connexion déconnexion compte iniciar+sesión sesión cuenta accesso acceso conta inloggen uitloggen zaloguj* logowan* wylogow*"},
    {VOC_CLASS_PASSAGE, NEAR_PURCHASING, 0,
     "checkout shipping payment+details payment+info* payment+page billing+details address* delivery+details kasse versand* zahlungsdaten lieferadresse caisse livraison adresse* "
     "tramitar+pedido envío dirección spedizione indirizzo envio endereço verzending afrekenen adres* dostaw*"},
    {VOC_CLASS_PASSAGE, NEAR_CONSIDERING, 0, "cart basket warenkorb panier carrito carrello carrinho winkelwagen winkelmand* koszyk*"},
    {VOC_CLASS_VALUE, NEAR_KEEPING, 0,
     "renew* reorder* re+order repurchas* repeat+order refer referred referral* recommend* upgrad* verläng* verlaeng* nachbestell* empfehl* empfohlen renouvel* recommand* "
     "parrain* renov* recomend* rinnov* raccomand* verleng* aanbevel* herhaal* przedłuż* przedluz* odnow* poleca* polec*"},
    {VOC_CLASS_VALUE, NEAR_WON, 0,
     "order ordered orders purchas* buy buys bought pay pays paid payment* sale checkout+complete* "
     "kauf* gekauft *bestellung* bestell* bezahl* zahlung* achat* acheter acheté commande commandé commander paiement* payé payer compra* comprado comprar pedido* pago* pagad* "
     "acquist* ordine* ordinato pagamento* pagat* encomend* koop* gekocht kopen betaal* betaling* zakup* kupno kupić kupion* zamów* zamow* zapłac* zaplac* płatnoś* platnos*"},
    {VOC_CLASS_VALUE, NEAR_PURCHASING, 0,
     "accept* negotiat* terms contract* annahme angenommen verhandl* vertrag* accepté* négoci* contrat* acept* negoci* contrato* accett* contratto* aceit* aanvaard* onderhandel* "
     "akcept* negocj* umow*"},
    {VOC_CLASS_VALUE, NEAR_CONSIDERING, 0,
     "quote* quotation* proposal* offer* pricing price prices *angebot* preis* preise devis proposition* prix tarif* presupuesto* cotiza* propuesta* precio* preventiv* proposta* "
     "offerta prezz* orçamento* orcamento* preço* offerte* prijs* prijzen ofert* wycen* cennik*"},
    {VOC_CLASS_VALUE, NEAR_SEEKING, 0,
     "demo* trial* appointment* meeting* requirement* enquir* inquir* contact callback call+back form+submi* form_submission* lead+form "
     "*anfrage* anforder* termin* kontakt* probe* testphase vorführ* essai* rendez+vous besoin* prueba* cita reunión* requisit* prova* incontr* appuntament* richiest* "
     "reunião* solicit* proef* afspraak* aanvraag* spotkan* zapyt* wymaga*"},
    {VOC_CLASS_VALUE, NEAR_INVESTIGATING, SAYS_PULL,
     "download* compar* calculat* review* guide* whitepaper* white+paper product* reference* case+study brochure* manual* "
     "herunter* vergleich* *rechner* bewertung* leitfaden* produkt* referenz* télécharg* telecharg* calcul* produit* guide* "
     "descarg* calculad* reseña* guía* producto* scaric* confront* calcol* recension* prodott* baixar transfer+ficheiro produto* "
     "vergelijk* bereken* product* pobier* pobran* porówn* porown* kalkul* recenzj*"},
    {VOC_CLASS_VALUE, NEAR_INVESTIGATING, 0,
     "regist* sign+up signup signed+up subscrib* enrol* attend* anmeldung* registrier* teilnahme* inscri* abonn* registr* iscri* aanmeld* rejestr* zapis*"},
    {VOC_CLASS_VALUE, NEAR_AWARE, SAYS_PULL,
     "read* watch* view* article* blog* video* promo* listen* play* lesen gelesen artikel* ansehen angesehen lire lecture* vidéo* leer leíd* lectura* ver vist* "
     "leggere letto lettura* articol* guardat* ler leitura* artigo* lezen bekijk* bekeken czyt* przeczyt* obejrz* artykuł*"},
    {VOC_CLASS_VALUE, NEAR_NONE, 0,
     "click* answer* reply replied respond* response* share* shared klick* geklickt antwort* clic clics cliqu* répon* respuest* respond* rispost* cliccat* klik* antwoord* klikn* odpowied*"},
    {VOC_CLASS_NEUTRAL, NEAR_NONE, SAYS_UNCLEAR, "chat* support* help* hilfe* aide* ayuda* aiuto* ajuda* hulp* pomoc* hotline* service*"},
};

// Who does such things, where no source says it.
static const struct doer { uint32_t actor; bool works; const char *words; } doers[] = {
    {VOC_ACTOR_COMPANY, false,
     "sent send sends sending mailed emailed received+email received+sms received+push received+message delivered+email email+delivered invite* invitation* newsletter* campaign* reminder* invoice* dispatch* shipped ship+order order+shipped order+delivered order+deliver* quote+sent proposal+sent offer+sent "
     "versendet verschickt gesendet einladung* kampagne* erinnerung* mahnung* rechnung* zugewiesen genehmig* envoy* invitation* relance* facture* "
     "enviad* invitación* recordatorio* factura* inviat* invito* promemoria fattura* convite* lembrete* fatura* verzonden verstuurd uitnodig* herinner* factuur* "
     "wysła* wysla* zaproszen* przypomn* faktur*"},
    {VOC_ACTOR_COMPANY, true,
     "assigned assign* approve* prepare* determine* draft* check print create created record recorded change changed update updated release released clear cleared remove removed "
     "delete deleted set escalat*"},
};

static const struct function { const char *name, *words; } functions[] = {
    {"service", "support service install* maint* onboarding training engineer technician helpdesk repair* montage wartung* schulung* soporte supporto manuten* ondersteun* serwis*"},
    {"sales",
     "sales call calls phone visit* meeting* demo* quote* proposal* offer* dinner* briefing* follow+up negotiat* angebot* anruf* telefon* besuch* termin* vertrieb* devis appel* visite* rendez+vous "
     "presupuesto* llamada* visita* preventiv* chiamat* offerte* bezoek* ofert* spotkan* handlow*"},
    {"other", "invoice* legal terms notice* price+letter dunning rechnung* mahnung* agb facture* factura* fattura* fatura* factuur* faktur* regulamin*"},
    {"marketing",
     "marketing mail mails email* newsletter* webinar* ad ads advert* campaign* brochure* fair event* blog* social case+study guide* catalog* reactivation* discount* promo* coupon* sms push banner* "
     "anzeige* messe prospekt* rabatt* publicité* salon brochure* publicidad feria pubblicità fiera folheto* feira advertentie* beurs reklam* targi ulotk*"},
};

// Stages as sales teams record them, and how a record ends.
static const struct record { const char *stage, *outcome, *words; bool wide; } records[] = {
    {NULL, "disqualified", "disqualif* unqualif* descalific* squalific* desqualif* gediskwalificeerd zdyskwalifik*", false},
    {NULL, "disqualified", "rejected abgelehnt odrzucon*", true},
    {NULL, "lost", "lost verloren perdu* perdid* perso persa verloren przegran* utracon*", false},
    {NULL, "won", "won gewonnen gagné* gagne ganad* vint* ganho* ganha* gewonnen wygran*", false},
    {"negotiating", NULL, "negotiat* contract+sent contract* verbal verhandl* vertrag* négoci* negoci* negoz* onderhandel* negocj*", false},
    {"proposing", NULL, "propos* quot* angebot* offert* devis propuesta* presupuesto* preventiv* orçament* offerte* ofert*", false},
    {"engaging", NULL, "engag* contacted kontaktiert contacté contactado contattato meeting* demo* presentation* decision+maker* besprech* rendez+vous reunión* incontr* afspraak* spotkan*", false},
    {"qualifying", NULL, "qualif* discover* needs+analysis value+proposition qualifi* calific* kwalif*", false},
    {"prospecting", NULL, "prospect* new lead open appointment+scheduled neu nouveau nuevo nuovo novo nieuw nowy", false},
};

// How cases of any kind end, in the words of who keeps them: turned down, given up, over. In the midst of a case such a word
// says nothing of the kind ("Cancel Invoice Receipt"): it counts only where the act mostly is the last. Whether an approval is a win, nobody can tell by the word.
static const struct ending { const char *outcome, *words; } endings[] = {
    {"disqualified",
     "denied deny denial reject* refus* declin* ineligible disqualif* abgelehnt* ablehn* abgewiesen* zurückgewiesen refus* rejet* rechaz* deneg* rifiut* respint* recus* rejeit* indefer* "
     "afgewezen afwijz* geweigerd odrzuc* odmow*"},
    {"lost",
     "cancel* abandon* withdraw* withdrawn expire* lapse* void voided storn* zurückgezogen abgebrochen verfallen annul* retiré* expiré* retirad* caducad* cancelad* ritirat* "
     "scadut* abbandon* desist* expirad* geannuleerd ingetrokken verlopen anulow* wycof* wygas*"},
    {"other",
     "close closed closes closing closure archive* resolve resolved resolves finish finished ended complete completed fulfilled granted approved discharge* terminate* geschlossen schließen abgeschlossen abschluss archiviert genehmigt bewilligt "
     "erledigt gelöst beendet clôtur* clotur* ferm* archiv* résolu* terminé* accordé* approuvé* terminad* aprobad* concedid* cerrar cerrad* cierre resuelt* finaliz* chius* chiud* risolt* conclus* approvat* fech* aprovad* encerr* resolvid* gesloten "
     "sluiten afgerond gearchiveerd opgelost goedgekeurd zamkn* zarchiwiz* rozwiąz* zakończ* zatwierdz*"},
};

// ---- words of a name ------------------------------------------------------------------------------------------------------

#define TOKENS_MAX 32
struct tokens { voc_str at[TOKENS_MAX]; size_t n; };

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80; }

// Folded words; a small letter before a capital ends one ("addToCart").
static voc_rc tokens_of(struct tokens *t, struct buf *folded, voc_str name)
{
    struct buf apart;
    buf_init(&apart, 1 << 16);
    if (name.len > 2000) name.len = 2000;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i], before = i ? name.ptr[i - 1] : ' ';
        if (c >= 'A' && c <= 'Z' && before >= 'a' && before <= 'z') buf_byte(&apart, ' ');
        buf_byte(&apart, letter(c) ? c : ' ');
    }
    voc_rc rc = apart.rc;
    if (!rc && apart.len) rc = text_fold(folded, str_mk(apart.ptr, apart.len));
    buf_done(&apart);
    voc_str rest = str_mk(folded->ptr ? folded->ptr : "", folded->len), word;
    t->n = 0;
    while (!rc && t->n < TOKENS_MAX && str_split(&rest, &word)) t->at[t->n++] = word;
    return rc;
}

static bool contains(voc_str s, voc_str part)
{
    for (size_t i = 0; part.len && i + part.len <= s.len; i++)
        if (memcmp(s.ptr + i, part.ptr, part.len) == 0) return true;
    return false;
}

static bool word_is(voc_str word, voc_str pattern)
{
    bool front = pattern.len && pattern.ptr[0] == '*', back = pattern.len && pattern.ptr[pattern.len - 1] == '*';
    if (front && back && pattern.len > 1) return contains(word, str_mk(pattern.ptr + 1, pattern.len - 2));
    if (back) return word.len >= pattern.len - 1 && memcmp(word.ptr, pattern.ptr, pattern.len - 1) == 0;
    return str_eq(word, pattern);
}

// Does the entry hold of the words? *parts: how many words it has; found: the one that says most.
static bool entry_holds(voc_str entry, const struct tokens *t, size_t *parts, voc_str *found)
{
    *parts = 0;
    *found = (voc_str){"", 0};
    while (entry.len) {
        const char *plus = memchr(entry.ptr, '+', entry.len);
        voc_str one = str_mk(entry.ptr, plus ? (size_t)(plus - entry.ptr) : entry.len);
        size_t k = 0;
        while (k < t->n && !word_is(t->at[k], one)) k++;
        if (k == t->n) return false;
        if (t->at[k].len > found->len) *found = t->at[k];
        ++*parts;
        entry = plus ? str_mk(plus + 1, entry.len - one.len - 1) : (voc_str){"", 0};
    }
    return *parts > 0;
}

// The best entry of a list: its number of words, and the word found.
static size_t list_holds(const char *list, const struct tokens *t, voc_str *found)
{
    voc_str rest = str_of(list), entry, word;
    size_t best = 0, parts;
    while (str_split(&rest, &entry))
        if (entry_holds(entry, t, &parts, &word) && parts > best) {
            best = parts;
            *found = word;
        }
    return best;
}

static void keep(char to[48], voc_str word)
{
    size_t n = word.len > 47 ? text_fit(word, 40) : word.len;
    if (n > 47) n = 0;
    memcpy(to, word.ptr, n);
    to[n] = '\0';
}

#define BEST(table, i, best, word)                                                                                            \
    size_t i = 0, best = 0;                                                                                                   \
    voc_str word = {"", 0};                                                                                                   \
    for (size_t k_ = 0; k_ < sizeof table / sizeof *table; k_++) {                                                            \
        voc_str w_ = {"", 0};                                                                                                 \
        size_t n_ = list_holds(table[k_].words, t, &w_);                                                                      \
        if (n_ > best) best = n_, i = k_, word = w_;                                                                          \
    }

static void find_act(struct ws_words *out, const struct tokens *t)
{
    BEST(acts, i, best, word)
    if (!best) return;
    out->act = true;
    out->class_ = acts[i].class_;
    out->near_ = acts[i].near_;
    out->flags = acts[i].flags;
    keep(out->word, word);
}

static void find_doer(struct ws_words *out, const struct tokens *t)
{
    BEST(doers, i, best, word)
    if (!best) return;
    out->actor = doers[i].actor;
    out->works = doers[i].works;
    keep(out->actor_word, word);
}

static void find_record(struct ws_words *out, const struct tokens *t)
{
    BEST(records, i, best, word)
    if (!best) return;
    out->record = records[i].stage;
    out->outcome = records[i].outcome;
    out->wide = records[i].wide;
    keep(out->record_word, word);
}

static void find_ending(struct ws_words *out, const struct tokens *t)
{
    BEST(endings, i, best, word)
    if (!best) return;
    out->ending = endings[i].outcome;
    keep(out->ending_word, word);
}

static void find_function(struct ws_words *out, const struct tokens *t)
{
    BEST(functions, i, best, word)
    if (!best || out->function) return;
    out->function = functions[i].name;
    keep(out->function_word, word);
}

voc_rc ws_words_of(struct ws_words *out, voc_str name, voc_str more)
{
    struct tokens t;
    struct buf folded;
    struct ws_words w = {0};
    buf_init(&folded, 1 << 16);
    voc_rc rc = tokens_of(&t, &folded, more);
    if (!rc) find_function(&w, &t);
    buf_clear(&folded);
    if (!rc) rc = tokens_of(&t, &folded, name);
    if (!rc) {
        find_act(&w, &t);
        find_doer(&w, &t);
        find_record(&w, &t);
        find_ending(&w, &t);
        find_function(&w, &t);
        *out = w;
    }
    buf_done(&folded);
    return rc;
}
