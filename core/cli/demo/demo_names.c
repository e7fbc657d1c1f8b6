// SPDX-License-Identifier: MIT
// Names of the demo company's customers: invented, in several scripts, some written from right to left. Every account
// and every person has a name of its own, because in all-events.csv the name is the key.
#include <assert.h>
#include <stdio.h>
#include "cli/demo/demo_model.h"

enum { STEMS = 40, KINDS = 16 };
static const struct {
    const char *name;
    uint8_t script;
} stems[STEMS] = {
    {"Kestrel", 0}, {"Harrowgate", 0}, {"Saltmarsh", 0}, {"Nordlicht", 1}, {"Grünhagen", 1}, {"Löwenbach", 1},
    {"Süßwasser", 1}, {"Morska", 2}, {"Łąka", 2}, {"Jeżyna", 2}, {"Źródło", 2}, {"Świerk", 2}, {"Fjellbekk", 3},
    {"Åsgård", 3}, {"Søndervig", 3}, {"Belle Étoile", 4}, {"Champclair", 4}, {"Duveteux", 4}, {"Sierra Clara", 5},
    {"Peñablanca", 5}, {"Açude", 5}, {"Ognjište", 2}, {"Žitný", 2}, {"Hűvös", 2}, {"Зимняя", 6}, {"Северний", 6},
    {"Ледник", 6}, {"Θάλασσα", 7}, {"Ψυχρός", 7}, {"גשר", 8}, {"קרח", 8}, {"زهرة", 9}, {"ثلج", 9}, {"नीलगिरी", 10},
    {"हिमानी", 10}, {"雪松", 11}, {"霜月", 11}, {"Thornwick", 0}, {"Auerbach-Ost", 1}, {"Vallée Froide", 4},
};
static const char *const kinds[KINDS] = {"Restaurants",    "Kitchens",      "Foods",       "Wholesale",
                                         "Pharmacy",       "Clinics",       "Fish & Meat", "Bakery",
                                         "Canteens",       "Fresh, Ltd",    "Cold Store",  "Dairy",
                                         "\"La Mesa\"",    "Logistics",     "Hotels",      "Hospital Supply"};

// Given names and family names; 16 x 16 = 256 people of each script before a number is added.
static const char *const given[DEMO_SCRIPTS][DEMO_NAMES] = {
    {"Ada", "Bram", "Cleo", "Dorian", "Edith", "Fergus", "Greta", "Hugh", "Iris", "Jonah", "Kit", "Lorna", "Miles",
     "Nell", "Orson", "Petra"},
    {"Anke", "Bernd", "Dörte", "Eike", "Friedl", "Götz", "Heike", "Jörg", "Käthe", "Lutz", "Maren", "Nils", "Oda",
     "Ruprecht", "Silke", "Uwe"},
    {"Agnieszka", "Bogdan", "Celina", "Dariusz", "Elżbieta", "Grażyna", "Henryk", "Iwona", "Jarosław", "Łucja", "Małgorzata",
     "Ondřej", "Paweł", "Šárka", "Zoltán", "Żaneta"},
    {"Aksel", "Bjørn", "Dagny", "Eskil", "Frøya", "Gunnar", "Håkon", "Ingrid", "Jorunn", "Kåre", "Liv", "Magnus", "Ragna",
     "Sølvi", "Tove", "Ylva"},
    {"Aurélie", "Benoît", "Cédric", "Delphine", "Élodie", "François", "Gaëlle", "Hervé", "Inès", "Jérôme", "Loïc", "Maëlle",
     "Noé", "Odile", "Rémi", "Zoé"},
    {"Álvaro", "Beatriz", "César", "Dolores", "Esteban", "Fátima", "Gonçalo", "Inês", "João", "Lucía", "Martín", "Nuria",
     "Óscar", "Rocío", "Simão", "Ximena"},
    {"Алла", "Богдан", "Вера", "Глеб", "Дарья", "Евген", "Жанна", "Зоя", "Игорь", "Кира", "Лев", "Марта", "Назар", "Олена",
     "Павло", "Юлия"},
    {"Άννα", "Βασίλης", "Γιώργος", "Δήμητρα", "Ελένη", "Ζωή", "Ηλίας", "Θάλεια", "Ιάσων", "Κώστας", "Λυδία", "Μυρτώ",
     "Νίκος", "Πέτρος", "Σοφία", "Φαίδων"},
    {"אבנר", "ברוריה", "גילה", "דורון", "הדס", "ורד", "זיו", "חגית", "טליה", "יונתן", "כרמל", "ליאור", "מיכל", "נועם",
     "עדי", "רוני"},
    {"أمل", "باسم", "تغريد", "جمال", "حنان", "خالد", "دلال", "رامي", "زينب", "سامر", "شادية", "طارق", "عبير", "فادي",
     "ليلى", "نزار"},
    {"अनिल", "उषा", "कविता", "गौरव", "चित्रा", "जय", "तारा", "दीपक", "नेहा", "पूजा", "मीरा", "रवि", "लता", "विकास", "शांति",
     "सुनील"},
    {"安琪", "博文", "晨曦", "丹青", "方舟", "国栋", "海燕", "嘉怡", "俊杰", "丽华", "明轩", "思远", "婷婷", "文斌", "雪梅",
     "志强"},
};
static const char *const family[DEMO_SCRIPTS][DEMO_NAMES] = {
    {"Ashdown", "Brackley", "Cawdor", "Dunmore", "Eastlake", "Farrow", "Gorringe", "Hollis", "Inchbald", "Kettle",
     "Lyddon", "Marchbanks", "O'Dare", "Penhallow", "Quill", "Rooke"},
    {"Ahrens", "Bäuerle", "Dreßler", "Engelhardt-Roß", "Fröhlich", "Gäbel", "Hübschmann", "Jäkel", "Kröger", "Lüders",
     "Möhring", "Oetjen", "Pflüger", "Rößner", "Schürmann", "von der Wüste"},
    {"Borówka", "Chrząszcz", "Dębski", "Dvořáček", "Gołąb", "Jabłonka", "Kőszegi", "Leśniak", "Mróz", "Nowakowska-Żuk",
     "Pieróg", "Ryś", "Śledź", "Świst", "Wójcicki", "Żuraw"},
    {"Aalborg", "Bakke", "Dalgård", "Engström", "Fossum", "Grønnevik", "Høiby", "Isaksen", "Kjærgaard", "Løkken", "Møller",
     "Nygård", "Ødegård", "Rønning", "Sjöberg", "Vestergård"},
    {"Aubépin", "Bélanger", "Châtelain", "d'Aurevilly", "Évrard", "Fontenaille", "Guérinet", "Hébrard", "Jolivet",
     "Lefèvre-Coste", "Mésange", "Noël", "Perrault", "Quesnoy", "Rosière", "Thévenet"},
    {"Acuña", "Bragança", "Cañizares", "Dávila", "Españadero", "Frías", "Gouveia", "Ibáñez", "Junqueira", "León", "Muñoz",
     "Nóbrega", "Ordóñez", "Peçanha", "Quiñones", "Valadão"},
    {"Белов", "Воронець", "Гринько", "Дымов", "Ежов", "Журавель", "Зимин", "Ильин", "Клён", "Лебедь", "Мороз", "Озерова",
     "Пташка", "Рудник", "Снегирь", "Яровой"},
    {"Αλεξίου", "Βλάχος", "Γαλάνης", "Δελής", "Ευγενίδης", "Ζάρκος", "Θεριανός", "Καλλέργης", "Λιβέρης", "Μελάς", "Νάστος",
     "Ξένος", "Ρήγας", "Σταύρου", "Τζανής", "Χιόνης"},
    {"אלון", "ברק", "גפן", "דקל", "הראל", "זמיר", "חרמון", "יערי", "כסלו", "לביא", "מעיין", "נחל", "סלע", "עופר", "צור",
     "שקד"},
    {"الباز", "التمر", "الثلجي", "الجبلي", "الحكيم", "الخباز", "الراوي", "الزيتون", "الساحل", "الشمس", "الصياد", "العنبر",
     "الفجر", "القمر", "النخيل", "الوادي"},
    {"अग्निहोत्र", "कमलकर", "गगनदीप", "चंद्रवंश", "जलधर", "तेजपाल", "दीवान", "नंदन", "पर्वत", "भास्कर", "मेघ", "राजहंस", "वसंत",
     "शिखर", "सागर", "हिमकर"},
    {"白", "程", "邓", "方", "顾", "韩", "金", "蓝", "马", "宁", "秦", "石", "唐", "温", "夏", "叶"},
};

unsigned demo_account_name(char out[DEMO_NAME_MAX], unsigned account, unsigned rotate)
{
    assert(account < DEMO_ACCOUNTS && STEMS * KINDS == DEMO_ACCOUNTS);
    unsigned k = (account * 271u + rotate) % DEMO_ACCOUNTS; // 271 and 640 share no factor: a permutation
    snprintf(out, DEMO_NAME_MAX, "%s %s", stems[k % STEMS].name, kinds[k / STEMS]);
    return stems[k % STEMS].script;
}

void demo_person_name(char out[DEMO_NAME_MAX], unsigned script, unsigned nth)
{
    unsigned k = nth % (DEMO_NAMES * DEMO_NAMES), round = nth / (DEMO_NAMES * DEMO_NAMES);
    const char *first = given[script][k % DEMO_NAMES], *last = family[script][(k / DEMO_NAMES + k) % DEMO_NAMES];
    if (round == 0) {
        snprintf(out, DEMO_NAME_MAX, "%s %s", first, last);
    } else {
        snprintf(out, DEMO_NAME_MAX, "%s %s %u", first, last, round + 1u);
    }
}
